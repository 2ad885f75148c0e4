package audio

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unsafe"

	"github.com/gen2brain/malgo"

	"balcao/kiosk/voice"
)

// nullBackend is miniaudio's ma_backend_null. malgo.BackendNull is 13, which is
// ma_backend_custom: malgo v0.11.24 left that one out of its list.
const nullBackend = malgo.Backend(14)

// errNoCard is what Auto says of ALSA on a machine without a sound card. Asked
// all the same, alsa-lib writes half a page to standard error at each try.
var errNoCard = errors.New("no sound card")

// device is an open sound device that asks its feed for samples.
type device struct {
	backend Backend
	name    string // what the system calls it; may be empty
	feed    *feed
	lost    chan struct{} // one signal when the device stopped by itself
	// close blocks for as long as the sound server takes.
	close func()
}

// openDevice opens and starts the device of one backend. It blocks for as long
// as the sound server takes.
func openDevice(cfg Config, backend Backend, log *slog.Logger) (*device, error) {
	f := &feed{}
	d, err := openOutput(cfg, backend, f.fill, log)
	if err != nil {
		return nil, err
	}
	d.feed = f
	return d, nil
}

// openOutput is openDevice for whoever fills the device's buffers.
func openOutput(cfg Config, backend Backend, fill func([]byte), log *slog.Logger) (*device, error) {
	number := map[Backend]malgo.Backend{
		Pulse: malgo.BackendPulseaudio,
		ALSA:  malgo.BackendAlsa,
		Null:  nullBackend,
	}[backend]

	var pin runtime.Pinner
	defer pin.Unpin()
	ctxConfig := malgo.ContextConfig{}
	if backend == Pulse {
		ctxConfig.Pulse.PApplicationName = cString(&pin, "Balcão")
		if cfg.Server != "" {
			ctxConfig.Pulse.PServerName = cString(&pin, cfg.Server)
		}
	}
	sound, err := malgo.InitContext([]malgo.Backend{number}, ctxConfig, func(message string) {
		log.Debug("sound library", "backend", string(backend), "message", strings.TrimSpace(message))
	})
	if err != nil {
		return nil, fmt.Errorf("open sound by %s: %w", backend, err)
	}
	release := func() {
		if err := sound.Uninit(); err != nil {
			log.Debug("sound library did not close", "backend", string(backend), "err", err)
		}
		sound.Free()
	}

	d := &device{backend: backend, name: nameOf(sound.Context, backend), lost: make(chan struct{}, 1)}
	dc := deviceConfig(cfg, backend)
	if cfg.Device != "" && backend != Null {
		id, err := outputNamed(sound, cfg.Device)
		if err != nil {
			release()
			return nil, fmt.Errorf("open sound device by %s: %w", backend, err)
		}
		pin.Pin(id)
		dc.Playback.DeviceID = unsafe.Pointer(id)
	}
	out, err := malgo.InitDevice(sound.Context, dc, malgo.DeviceCallbacks{
		Data: func(output, _ []byte, _ uint32) { fill(output) },
		Stop: func() {
			select {
			case d.lost <- struct{}{}:
			default:
			}
		},
	})
	if err != nil {
		release()
		return nil, fmt.Errorf("open sound device by %s: %w", backend, err)
	}
	d.close = func() {
		// Uninit alone joins the device's thread without waking it, and waits for
		// ever if PulseAudio took the sink away (mackron/miniaudio issue 881).
		if err := out.Stop(); err != nil {
			log.Debug("sound device did not stop", "backend", string(backend), "err", err)
		}
		out.Uninit()
		release()
	}
	if err := out.Start(); err != nil {
		d.close()
		return nil, fmt.Errorf("start sound device by %s: %w", backend, err)
	}
	return d, nil
}

// nameOf returns what the system calls the device that is opened where none is named: its default one.
func nameOf(sound malgo.Context, backend Backend) string {
	if backend == Null {
		return ""
	}
	all, err := sound.Devices(malgo.Playback)
	if err != nil {
		return "" // it is opened all the same
	}
	for i := range all {
		if all[i].IsDefault != 0 {
			return strings.ToValidUTF8(all[i].Name(), "")
		}
	}
	return ""
}

// ErrNoOutput says that the output of the configuration is not there. No other one is taken in its place: what is meant
// for one person's headphones must not reach a hall.
var ErrNoOutput = errors.New("no such sound output")

// outputNamed finds an output by the name that the sound server gives it, or by the one that people read.
func outputNamed(sound *malgo.AllocatedContext, name string) (*malgo.DeviceID, error) {
	list, err := sound.Devices(malgo.Playback)
	if err != nil {
		return nil, fmt.Errorf("list outputs: %w", err)
	}
	for _, d := range list {
		id, _, _ := bytes.Cut(d.ID[:], []byte{0})
		if string(id) == name || d.Name() == name {
			return &d.ID, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrNoOutput, name)
}

func deviceConfig(cfg Config, backend Backend) malgo.DeviceConfig {
	dc := malgo.DefaultDeviceConfig(malgo.Playback)
	dc.Playback.Format = malgo.FormatS16
	dc.Playback.Channels = 1
	dc.SampleRate = voice.Rate
	// miniaudio has PulseAudio hold one period ("tlength"), whatever their number.
	dc.Periods = 2
	if backend != Pulse {
		dc.Periods = 4
		cfg.Buffer /= 4
	}
	dc.PeriodSizeInMilliseconds = uint32(cfg.Buffer / time.Millisecond)
	// The feed takes any size; collecting whole periods first would cost time.
	dc.NoFixedSizedCallback = 1
	// Our samples are within range by construction and must arrive unchanged.
	dc.NoClip = 1
	dc.Pulse.StreamNamePlayback = "chamadas"
	return dc
}

// cString returns s for C, which copies it before the pin is taken out.
func cString(pin *runtime.Pinner, s string) *byte {
	b := append([]byte(strings.ReplaceAll(s, "\x00", "")), 0)
	pin.Pin(&b[0])
	return &b[0]
}

// openFirst opens the first backend of the configured choice that works.
func openFirst(cfg Config, log *slog.Logger) (*device, error) {
	if cfg.Backend != Auto {
		return openDevice(cfg, cfg.Backend, log)
	}
	return openAny(func(b Backend) (*device, error) { return openDevice(cfg, b, log) })
}

// openNamed is openFirst for the output of an Ear.
func openNamed(cfg Config, fill func([]byte), log *slog.Logger) (*device, error) {
	if cfg.Backend != Auto {
		return openOutput(cfg, cfg.Backend, fill, log)
	}
	return openAny(func(b Backend) (*device, error) { return openOutput(cfg, b, fill, log) })
}

func openAny(open func(Backend) (*device, error)) (*device, error) {
	d, pulseErr := open(Pulse)
	if pulseErr == nil {
		return d, nil
	}
	if cards, err := filepath.Glob("/dev/snd/pcmC*D*p"); err != nil || len(cards) == 0 {
		return nil, errors.Join(pulseErr, fmt.Errorf("open sound by alsa: %w", errNoCard))
	}
	d, alsaErr := open(ALSA)
	if alsaErr != nil {
		return nil, errors.Join(pulseErr, alsaErr)
	}
	return d, nil
}
