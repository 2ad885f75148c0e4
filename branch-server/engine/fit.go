package engine

import "balcao/internal/queue"

// fit asks whether the machine may begin anything new. What was begun is always brought to its end, and a number that
// was given is told again.
func (e *Engine) fit(d *queue.Day, cmd queue.Command) error {
	if e.cfg.Fit == nil {
		return nil
	}
	var request queue.RequestID
	switch c := cmd.(type) {
	case queue.Reserve:
		request = c.Request
	case queue.Issue:
		request = c.Request
	case queue.Supervise:
		for _, one := range c.Do {
			if err := e.fit(d, one); err != nil {
				return err
			}
		}
		return nil
	default:
		return nil
	}
	if _, known := d.Requested(request); known {
		return nil
	}
	return e.cfg.Fit()
}
