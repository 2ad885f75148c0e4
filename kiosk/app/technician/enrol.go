package technician

import (
	"context"

	"balcao/internal/identity"
	"balcao/kiosk/app"
)

// enrol asks the installation's authority for this kiosk's certificate.
func (b Bench) enrol(ctx context.Context, args []string) error {
	return identity.Enrolling{
		Program: "kiosk", Config: "kiosk.yaml", In: b.In, Out: b.Out, Now: b.Now,
		Load: func(file string) (node, dir string, err error) {
			cfg, err := app.Load(file, true) // the printer may not be there yet
			if err != nil {
				return "", "", err
			}
			return cfg.Node, cfg.Identity, nil
		},
	}.Command(ctx, args)
}
