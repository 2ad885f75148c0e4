package checkup

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"balcao/internal/identity"
)

// Port is an address that a program listens on.
type Port struct {
	Key    string // of the configuration, such as http.listen
	Listen string // empty where it is not used
}

// Ports tries each address that the program will listen on. While the program runs, its own are taken.
func (r *Report) Ports(ctx context.Context, running bool, ports ...Port) {
	each(ctx, ports, func(p Port) {
		if p.Listen == "" {
			return
		}
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", p.Listen)
		if err == nil {
			_ = l.Close() // it was only tried
			r.Good("porta", "%s %s está livre", p.Key, p.Listen)
			return
		}
		switch {
		case errors.Is(err, syscall.EADDRINUSE) && running:
			r.Good("porta", "%s %s está em uso; o programa está a trabalhar", p.Key, p.Listen)
		case errors.Is(err, syscall.EADDRINUSE):
			r.Fault("porta", "veja de quem é com ss -ltnp, ou mude "+p.Key, "%s %s está ocupada por outro programa", p.Key, p.Listen)
		case errors.Is(err, syscall.EADDRNOTAVAIL):
			r.Fault("porta", "use um endereço desta máquina (ip -br addr), ou 127.0.0.1", "%s %s não é um endereço desta máquina", p.Key, p.Listen)
		case errors.Is(err, syscall.EACCES):
			r.Fault("porta", "use uma porta acima de 1023", "%s %s não é permitida a este utilizador", p.Key, p.Listen)
		default:
			r.Fault("porta", "mude "+p.Key, "%s %s: %v", p.Key, p.Listen, err)
		}
	})
}

// Days before the end of a certificate at which something is wrong: it is renewed from thirty days before.
const (
	lateRenewal = 25
	lastDays    = 10
)

// Identity looks at the folder of the program's own certificate, and returns the identity if it is usable.
func (r *Report) Identity(folder, name string, now func() time.Time) *identity.Identity {
	const about = "certificado"
	if folder == "" {
		r.Notice(about, "serve para uma demonstração numa só máquina; para mais, defina identity e inscreva o programa (enrol)", "nenhum: as ligações não são protegidas")
		return nil
	}
	own, err := identity.Open(folder, now, nil)
	switch {
	case errors.Is(err, identity.ErrNone):
		r.Fault(about, "peça um token à sede (hq ca token …) e corra enrol", "%s: esta máquina ainda não está inscrita", folder)
		return nil
	case err != nil:
		r.Fault(about, "confirme de quem são os ficheiros e que só o programa os lê (0600)", "%s: %v", folder, err)
		return nil
	case own.Name() != name:
		r.Fault(about, "inscreva esta máquina com o seu próprio token", "%s é de %s, e esta máquina é %s", folder, own.Name(), name)
		return nil
	}
	days := int(own.Until().Sub(now()).Hours() / 24)
	switch {
	case !own.Until().After(now()):
		r.Fault(about, "peça novo token, apague a pasta e corra enrol", "de %s, acabou em %s", name, own.Until().Format(time.DateOnly))
	case days < lastDays:
		r.Notice(about, "veja já porque a autoridade não se alcança", "de %s, acaba dentro de %d dias", name, days)
	case days < lateRenewal:
		r.Notice(about, "devia ter-se renovado aos 30 dias: veja se a autoridade se alcança", "de %s, acaba dentro de %d dias", name, days)
	default:
		r.Good(about, "de %s, válido mais %d dias", name, days)
	}
	return own
}

// reachWithin is how long a parent may take to answer a check.
const reachWithin = 4 * time.Second

// Reach tries the addresses of the parent in turn, with TLS where they say so. A parent that does not answer is a
// notice: every program works without it.
func (r *Report) Reach(ctx context.Context, about, without string, urls []string, how *tls.Config) {
	var faults []string
	for _, one := range urls {
		err := reach(ctx, one, how)
		if err == nil {
			r.Good(about, "%s responde", one)
			return
		}
		faults = append(faults, one+": "+plain(err))
	}
	if len(faults) > 0 {
		r.Notice(about, "confirme endereço, rede e se o outro lado está a trabalhar; entretanto "+without, "%s", strings.Join(faults, "\n"))
	}
}

func reach(ctx context.Context, address string, how *tls.Config) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, reachWithin)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return err
	}
	defer conn.Close()
	if u.Scheme != "tls" && u.Scheme != "ssl" && u.Scheme != "mqtts" {
		return nil
	}
	if how == nil {
		return errors.New("pede TLS e esta máquina não tem certificado")
	}
	if err := tls.Client(conn, how).HandshakeContext(ctx); err != nil {
		return err
	}
	return nil
}

// plain says in Portuguese what most often goes wrong on the way.
func plain(err error) string {
	unknown, name, outdated := &tls.CertificateVerificationError{}, &net.DNSError{}, x509.CertificateInvalidError{}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "ninguém escuta nesse endereço"
	case errors.As(err, &name):
		return fmt.Sprintf("o nome %s não se resolve", name.Name)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "não responde"
	case errors.As(err, &outdated) && outdated.Reason == x509.Expired:
		return "o certificado do outro lado acabou, ou o relógio daqui está errado"
	case errors.As(err, &unknown):
		return "responde outro, ou com um certificado de outra instalação"
	}
	return err.Error()
}
