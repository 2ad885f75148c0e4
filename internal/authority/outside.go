package authority

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"

	"balcao/internal/broker"
	"balcao/internal/identity"
	"balcao/internal/wire"
)

// broker writes the files of a Mosquitto that takes the embedded broker's place: configuration and access list.
func (p Place) broker(ctx context.Context, dir, listen string, named []string, out io.Writer) error {
	host, port, err := net.SplitHostPort(listen)
	switch {
	case dir == "":
		return errors.New("diga em que pasta ficam os ficheiros (-dir)")
	case err != nil:
		return fmt.Errorf("%q não é um endereço como 0.0.0.0:8883", listen)
	case p.Identity == "":
		return errors.New("a configuração não diz onde fica a identidade desta máquina (identity)")
	}
	nodes, err := p.registry(ctx, named)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // no secret in it; Mosquitto may be another user
		return fmt.Errorf("write broker's files: %w", err)
	}
	files := broker.MosquittoFiles{Host: host, Port: port, ACL: filepath.Join(dir, "balcao.acl"), Identity: p.Identity}
	if err := errors.Join(
		identity.Replace(files.ACL, []byte(broker.MosquittoACL(p.Server, nodes)), 0o600),
		identity.Replace(filepath.Join(dir, "balcao.conf"), []byte(broker.MosquittoConf(files)), 0o644),
	); err != nil {
		return fmt.Errorf("write broker's files: %w", err)
	}
	_, err = fmt.Fprintf(out, "balcao.conf e balcao.acl em %s: %s. Corra o Mosquitto com o mesmo utilizador que %s.\n", dir, who(nodes), p.Program)
	return err
}

func who(nodes []wire.NodeID) string {
	if len(nodes) == 0 {
		return "todos os nós com certificado desta instalação"
	}
	return fmt.Sprintf("%d nó(s)", len(nodes))
}

// registry returns whom a broker serves: those named, else those that hold certificates where the authority is here,
// else nobody in particular.
func (p Place) registry(ctx context.Context, named []string) ([]wire.NodeID, error) {
	var nodes []wire.NodeID
	for _, n := range named {
		id, err := wire.ParseNodeID(n)
		if err != nil || !id.ChildOf(p.Server) {
			return nil, fmt.Errorf("%s não é um nó que ligue a %s", n, p.Server)
		}
		nodes = append(nodes, id)
	}
	if len(named) > 0 || p.CA.Data == "" {
		return nodes, nil
	}
	a, err := Open(p.CA.Data, p.Now)
	if err != nil {
		return nil, err
	}
	given, _, err := a.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range given {
		if id := wire.NodeID(c.Node); id.ChildOf(p.Server) && c.Revoked.IsZero() && !slices.Contains(nodes, id) {
			nodes = append(nodes, id)
		}
	}
	return nodes, nil
}
