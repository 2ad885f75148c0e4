package disk

import "context"

// Look looks once, as Run does now and then.
func (k *Keeper) Look(ctx context.Context) error { return k.look(ctx, true) }
