package flow

import (
	"slices"
	"strings"
)

// Video is the place of a recording in Portuguese sign language. Name is that
// of the screen it is about; the page shows the recording of that name, and a
// labelled sample where there is none.
type Video struct {
	Name    string `json:"name"`
	Label   string `json:"label"`
	Sample  string `json:"sample"`  // said over the sample; empty where there is a recording
	Caption string `json:"caption"` // the words of the screen, as captions
}

// withSign keeps the recording of a screen one touch away once somebody has
// asked for sign language: where help is, and beside it.
func (s State) withSign(v *View) {
	if !s.session.modes.SignLanguage || v.Screen == Home || v.Screen == Sign {
		return
	}
	button := Button{Action: ActSign, Label: s.say("sign.short"), Icon: "lgp"}
	for i := range v.Actions {
		if v.Actions[i].Action == ActHelp && v.Slip != nil {
			v.Actions[i] = button // help is on that screen as well
			return
		}
	}
	if v.Slip == nil && len(v.Tools) > 0 {
		for i := range v.Tools {
			if v.Tools[i].Action == ActSign {
				return
			}
		}
		v.Tools = slices.Insert(v.Tools, max(0, len(v.Tools)-1), button) // help keeps its place, which is the last
	}
}

// showSign is the screen below in sign language, with its words, and the way
// to an interpreter.
func (s State) showSign(v *View) {
	below := s
	below.session.screen = s.session.under
	under := below.View()
	v.Title, v.Subtitle = s.say("sign.title"), s.say("sign.sub")
	caption := under.Title
	if under.Subtitle != "" {
		caption = strings.TrimRight(caption, ".") + ". " + under.Subtitle
		caption = strings.NewReplacer("?. ", "? ", "…. ", "… ", "!. ", "! ").Replace(caption)
	}
	if under.Slip != nil {
		caption = under.Title + ": " + under.Slip.Number + "."
	}
	v.Video = &Video{Name: string(s.session.under), Label: s.say("sign.video"), Sample: s.say("sign.sample"), Caption: caption}
	s.showCalled(v, Interpreter)
}

// showCalled offers to call somebody, or says that they were called.
func (s State) showCalled(v *View, who Staff) {
	key := "call." + string(who)
	switch {
	case !s.world.linkUp:
		v.Notices = append(v.Notices, Notice{Kind: "warn", Icon: "b-offline", Title: s.say("call.offline"), Text: s.say("call.offline.do")})
	case s.session.called == who:
		v.Notices = append(v.Notices, Notice{Kind: "ok", Icon: "check", Title: s.say("call.sent"), Text: s.say(key + ".sent")})
	default:
		icon := "help-support"
		if who == Interpreter {
			icon = "lgp"
		}
		v.Actions = append(v.Actions, Button{Action: ActCall, Arg: string(who), Label: s.say(key), Icon: icon, Main: true})
	}
}
