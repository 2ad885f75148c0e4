package store_test

import (
	"slices"
	"testing"
	"time"

	"balcao/hq/rollout"
	"balcao/hq/store"
)

func TestEveryChangeOfTheConfigurationIsToldToTheOtherProcesses(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		s := open(t, file(t))
		var told []string
		s.OnChange(func(what string) { told = append(told, what) })
		at := time.UnixMilli(1_800_000_000_000)
		p := rollout.Publication{Number: 1, At: at, Since: at, State: rollout.Running}
		stopped := p
		stopped.State = rollout.Stopped
		for name, change := range map[string]func() error{
			"draft": func() error {
				_, err := s.PutConfigDraft(t.Context(), rollout.Draft{Revision: 1, At: at})
				return err
			},
			"no draft":    func() error { return s.DropConfigDraft(t.Context(), 1) },
			"publication": func() error { _, err := s.Publish(t.Context(), p); return err },
			"stop":        func() error { _, err := s.MoveConfig(t.Context(), p, stopped); return err },
			"target":      func() error { return s.Aim(t.Context(), 0, []rollout.Target{{Branch: "L901", Number: 1, At: at}}) },
		} {
			told = nil
			if err := change(); err != nil {
				t.Fatal(name, err)
			}
			if !slices.Equal(told, []string{store.Configuration}) {
				t.Errorf("%s: told %q", name, told)
			}
		}
	})
}
