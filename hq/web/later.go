package web

import (
	"context"
	"fmt"

	"balcao/hq/network"
)

// laterWords say which facts of a branch wait for a newer version of a program: headquarters' own, or the branch's.
func (s *Server) laterWords(ctx context.Context, d network.Detail) []string {
	var all []string
	n, err := s.opt.Store.Later(ctx, d.ID)
	if err != nil && ctx.Err() == nil {
		s.opt.Log.Error("facts that wait not counted", "branch", string(d.ID), "err", err)
	}
	if n > 0 {
		all = append(all, laterThan(n, "o programa da sede"))
	}
	if d.Later > 0 {
		all = append(all, "Na loja: "+laterThan(d.Later, "o programa da loja"))
	}
	return all
}

func laterThan(n int, program string) string {
	if n == 1 {
		return fmt.Sprintf("1 registo de uma versão mais nova, guardado para quando %s o perceber.", program)
	}
	return fmt.Sprintf("%s registos de uma versão mais nova, guardados para quando %s os perceber.", count(n), program)
}
