// Package app puts a kiosk together: the citizen's path, the screen, the printer, the card reader, the voice, the
// kiosk's own memory and the way to the branch; and lives until it is told to end. Whatever is missing at the start
// (printer, reader, sound, branch) is waited for while the rest works.
package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // a kiosk brings its own time zones

	"golang.org/x/sync/errgroup"

	profiles "balcao/firmware-profiles"
	"balcao/internal/disk"
	"balcao/internal/identity"
	"balcao/internal/machine"
	"balcao/internal/media"
	"balcao/internal/metrics"
	"balcao/internal/operation"
	"balcao/internal/wire"
	"balcao/kiosk/audio"
	"balcao/kiosk/flow"
	"balcao/kiosk/pcsc"
	"balcao/kiosk/screen"
	"balcao/kiosk/store"
	"balcao/kiosk/uplink"
	"balcao/printers/device"
)

// Version is told to the branch and shown on the command line.
const Version = "0.1.0"

// App is a kiosk whose file and port are open.
type App struct {
	cfg   Config
	log   *slog.Logger
	clock *machine.Clock
	boot  string

	store   *store.Store
	screen  *screen.Screen
	uplink  *uplink.Uplink
	devices *devices

	assistance assistance
	health     *health
	time       *timekeeper
	disk       *disk.Keeper
	whole      *disk.Whole
	keeper     *keeper
	offers     *offers
	layouts    *layouts // of slips
	lender     *lender  // of numbers for the time alone
	latency    *latency
	book       *metrics.Book
	duty       *operation.Post
	own        *identity.Identity // nil without certificates
	orders     *orderGate
	restarts   *restarts
	catalogue  profiles.Catalogue
	lookup     *lookup
	made       made
	led        *ledSign // nil without one
	videos     *media.Folder

	// Only with the touch face.
	loop    *loop
	guide   *guide
	speech  *speech // nil without a log of the spoken guide
	tickets *tickets
	unit    *printerUnit
	printer *device.Printer // of unit
	roll    *paperRoll
	key     *bookingKey
	cards   *cards
	watcher *pcsc.Watcher // nil without a reader

	// Only with the callboard's face.
	board  *board
	player *audio.Player // nil when sound is off
}

// New opens the kiosk's memory and binds the screen's port. It starts nothing; what it opened is closed again if a
// later step fails.
func New(ctx context.Context, cfg Config, log *slog.Logger) (_ *App, err error) {
	cfg.Times = cfg.Times.withDefaults()
	a := &App{
		cfg: cfg, log: log.With("kiosk", cfg.Node), clock: machine.NewClockOff(cfg.Times.Off), boot: machine.NewBoot(),
		latency: newLatency(), catalogue: cfg.Printer.catalogue(), lookup: newLookup(), made: look(systemRoot),
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	if cfg.Ear.Log {
		a.speech = newSpeech()
	}
	if err := errors.Join(a.openMemory(ctx), a.bind(), a.openPost(ctx)); err != nil {
		return nil, err
	}
	a.devices, a.time = newDevices(a), newTimekeeper(a)
	a.store.Judge(a.time.quality)
	a.time.report()
	if err := a.keepDisk(ctx); err != nil {
		return nil, err
	}
	a.keeper = newKeeper(a.store, cfg.Times.Keep, a.log)
	a.keeper.spare = func() bool { return a.disk.State().Level >= disk.Scarce }
	a.offers, a.lender, a.layouts = newOffers(a), newLender(a), newLayouts(a)
	if err := a.connect(); err != nil {
		return nil, err
	}
	a.health = newHealth(a)
	a.assistance.app = a
	if cfg.shows(FaceTouch) {
		if err := a.equipTouch(); err != nil {
			return nil, err
		}
	}
	if cfg.shows(FaceCallboard) {
		if err := a.equipCallboard(); err != nil {
			return nil, err
		}
	}
	if err := a.equipLED(); err != nil {
		return nil, err
	}
	if a.roll != nil {
		if err := a.roll.remember(ctx); err != nil {
			return nil, err
		}
	}
	if a.unit != nil {
		if err := a.unit.rememberLogos(ctx); err != nil {
			return nil, err
		}
	}
	return a, a.remember(ctx)
}

// openMemory opens the kiosk's file.
func (a *App) openMemory(ctx context.Context) (err error) {
	if err := os.MkdirAll(a.cfg.Data, 0o750); err != nil {
		return fmt.Errorf("make data folder %s: %w", a.cfg.Data, err)
	}
	if a.store, err = store.Open(ctx, filepath.Join(a.cfg.Data, "kiosk.db"), machine.Minter()); err != nil {
		return fmt.Errorf("open the kiosk's memory: %w", err)
	}
	return nil
}

// bind takes the screen's port.
func (a *App) bind() (err error) {
	for key, faults := range a.cfg.unsuited() {
		for _, f := range faults {
			a.log.Warn("screen does not suit its viewers", "key", key, "found", f.Found, "advice", f.Do)
		}
	}
	a.videos = media.Open(a.cfg.Screen.Media, nil, a.log)
	a.screen, err = screen.New(screen.Config{
		Listen: a.cfg.Screen.Listen, Touch: a.cfg.shows(FaceTouch), Callboard: a.cfg.shows(FaceCallboard),
		Takeover: a.cfg.takeover(), Place: a.cfg.Screen.Place, Now: a.clock.Now, Others: a.others(),
		Glass: a.cfg.Screen.touching(), Hall: a.cfg.Screen.showing(), Silent: a.cfg.Sound.Backend == soundOff, Gallery: a.cfg.Screen.Gallery, Sign: a.cfg.Screen.Sign, Videos: a.videos, Keys: a.cfg.Ear.keys(),
	}, a.log)
	return err
}

// connect prepares the way to the branch.
func (a *App) connect() error {
	password, err := machine.Secret(a.cfg.Branch.PasswordFile)
	if err != nil {
		return err
	}
	if err := a.openIdentity(); err != nil {
		return err
	}
	a.restarts = newRestarts(a)
	if a.orders, err = newOrderGate(a); err != nil {
		return err
	}
	a.uplink, err = uplink.New(uplink.Config{
		Node: wire.NodeID(a.cfg.Node), Boot: a.boot, Software: Version, Brokers: a.cfg.Branch.Brokers, Password: password, TLS: a.tls(), Believe: a.believe(),
		Source: a.store, Now: a.clock.Now, Log: a.log,
		OnOffer: a.heardOffer, OnBoard: a.heardBoard, OnOrder: a.heardOrder, OnLink: a.heardLink, Keep: a.keeper.keep,
		OnSlip: a.layouts.heard, OnTime: a.time.heard, Quality: a.time.quality, OnAgreement: a.heardAgreement,
		OnStale: func() { a.health.ring() }, Unseal: a.orders.open,
	})
	return err
}

// equipTouch prepares what a citizen touches, hears and takes away.
func (a *App) equipTouch() error {
	a.loop = newLoop(a)
	a.tickets = newTickets(a)
	a.key = &bookingKey{app: a}
	a.cards = newCards(a)
	var err error
	if a.guide, err = newGuide(a); err != nil {
		return err
	}
	if a.unit, err = newPrinter(a); err != nil {
		return err
	}
	a.printer = a.unit.device
	a.roll = newPaperRoll(a)
	a.devices.expect(devicePrinter)
	if a.cfg.Reader.Enabled {
		// What a card told must not reach a disk because the program was killed.
		if err := machine.NoDumps(); err != nil {
			return err
		}
		a.watcher = pcsc.New(pcsc.Config{Socket: a.cfg.Reader.Socket, Log: a.log})
		a.devices.expect(deviceReader)
	}
	return nil
}

func (a *App) equipCallboard() error {
	a.board = newBoard(a)
	if a.cfg.Sound.Backend == soundOff {
		return nil
	}
	sound := audio.Default()
	sound.Backend, sound.Server = audio.Backend(a.cfg.Sound.Backend), a.cfg.Sound.Server
	sound.NullFallback = sound.Backend == audio.Auto
	var err error
	a.player, err = audio.New(sound, audio.NewEspeak(""), audio.Listener{
		Utterance: a.board.said, Health: a.heardSound,
	}, a.clock.Now, a.log)
	if err != nil {
		return fmt.Errorf("prepare sound: %w", err)
	}
	a.board.speaker = a.player
	a.devices.expect(deviceSound)
	return nil
}

// remember shows what the branch said last before the program ended, until it says more.
func (a *App) remember(ctx context.Context) error {
	for name, hear := range map[string]func([]byte) error{
		uplink.OfferName: func(raw []byte) error {
			var o wire.Offer
			err := json.Unmarshal(raw, &o)
			if err == nil {
				a.offers.set(o)
				a.screen.ShowZone(o.Branch.Zone)
			}
			return err
		},
		uplink.SlipName: a.layouts.remember,
		uplink.BoardName: func(raw []byte) error {
			var b wire.Board
			err := json.Unmarshal(raw, &b)
			if err == nil {
				a.offers.setCalls(b)
				a.showBoard(b)
			}
			return err
		},
	} {
		raw, err := a.store.Kept(ctx, name)
		if err != nil {
			return fmt.Errorf("remember the %s: %w", name, err)
		}
		if raw == nil {
			continue
		}
		if err := hear(raw); err != nil {
			a.log.Warn("what was kept is not readable", "name", name, "err", err) // the branch sends it again
		}
	}
	return nil
}

// ScreenAddr returns the bound address of the faces.
func (a *App) ScreenAddr() string { return a.screen.Addr() }

// OperationAddr returns the bound address of health, readiness and metrics; empty where none is configured.
func (a *App) OperationAddr() string { return a.duty.Addr() }

// Run works until ctx ends or a part fails; then everything inside has ended and what New opened is closed.
func (a *App) Run(ctx context.Context) error {
	err := a.begin(ctx)
	if err == nil {
		err = a.connected(ctx)
	} else {
		err = errors.Join(err, a.end(context.WithoutCancel(ctx)))
	}
	return errors.Join(err, a.close())
}

// connected works with a way to the branch that outlives the work, so that the branch hears of its end.
func (a *App) connected(ctx context.Context) error {
	life, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	defer hangUp()
	work, stop := context.WithCancel(ctx)
	defer stop()
	way := make(chan error, 1)
	go func() {
		way <- a.uplink.Run(life)
		stop()
	}()
	err := errors.Join(a.work(work), a.end(life))
	hangUp()
	return errors.Join(err, <-way)
}

// begin says that the kiosk has started and settles what the last run left open.
func (a *App) begin(ctx context.Context) error {
	if lost := a.store.Forgot(); lost != (wire.AmnesiaFact{}) {
		a.log.Error("the log was put back from an old copy: a new one is begun", "epoch", lost.Epoch, "last", lost.Last, "branch_holds", lost.HWM)
		if err := a.store.Note(ctx, wire.TypeNodeAmnesia, lost, a.clock.Now()); err != nil {
			return err
		}
	}
	started := wire.NodeFact{Boot: a.boot, Software: Version}
	if err := a.store.Note(ctx, wire.TypeNodeStarted, started, a.clock.Now()); err != nil {
		return err
	}
	if a.tickets != nil {
		return a.tickets.recover(ctx)
	}
	return nil
}

func (a *App) work(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	start := func(run func(context.Context) error) { g.Go(func() error { return run(ctx) }) }
	start(a.screen.Run)
	start(a.videos.Run)
	start(a.duty.Run)
	start(a.devices.run)
	start(a.health.run)
	start(a.disk.Run)
	start(a.whole.Run)
	start(a.time.run)
	start(a.orders.run)
	start(a.restarts.run)
	start(a.keeper.run)
	start(a.keepIdentity)
	start(a.store.Begun)
	start(a.trim)
	if a.loop != nil {
		start(a.loop.run)
		start(a.tickets.run)
		start(a.lender.run)
		start(a.printer.Run)
		start(a.cards.run)
		start(a.guide.run)
	}
	if a.watcher != nil {
		start(a.watcher.Run)
	}
	if a.player != nil {
		start(a.player.Run)
	}
	if a.led != nil {
		start(a.led.run)
	}
	a.log.Info("serving", "screen", a.ScreenAddr(), "operation", a.duty.Addr(), "faces", strings.Join(a.cfg.Faces, ","), "version", Version)
	return g.Wait()
}

// farewell bounds the last write.
const farewell = 2 * time.Second

// end says that the kiosk stops on purpose; without a connection the branch hears it when the kiosk is back.
func (a *App) end(ctx context.Context) error {
	if a.key != nil {
		a.key.keepOnly("")
	}
	ctx, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	return a.store.Note(ctx, wire.TypeNodeStopped, wire.NodeFact{Boot: a.boot}, a.clock.Now())
}

// close gives back what New opened, last first.
func (a *App) close() error {
	errs := []error{a.duty.Close()}
	if a.screen != nil {
		errs = append(errs, a.screen.Close())
	}
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	return errors.Join(errs...)
}

// post hands the loop something to hear; without a touch face nobody listens.
func (a *App) post(in flow.Input) {
	if a.loop != nil {
		a.loop.post(in)
	}
}

func (a *App) heardOffer(o wire.Offer) {
	a.offers.set(o)
	if a.key != nil {
		a.key.keepOnly(o.Branch.Day)
	}
	a.screen.ShowZone(o.Branch.Zone)
	a.post(flow.OfferChanged{Offer: a.offers.path(o)})
}

// zoned is a board as this box's part of the hall has it: the zone of its own configuration, or the one that the
// branch gives it.
func (a *App) zoned(b wire.Board) wire.Board {
	zone := a.cfg.Screen.Zone
	if zone == "" {
		zone = b.ZoneOf(a.cfg.Node)
	}
	shown := b.In(zone)
	shown.Zones = nil
	if z, known := b.Zone(zone); known {
		shown.Zones = []wire.BoardZone{z}
	}
	return shown
}

func (a *App) showBoard(b wire.Board) {
	shown := a.zoned(b)
	a.screen.ShowBoard(shown)
	if a.led != nil {
		a.led.show(shown)
	}
}

func (a *App) heardBoard(b wire.Board) {
	a.offers.setCalls(b)
	a.showBoard(b)
	a.post(flow.BoardChanged{Calls: callsFor(b)})
	if a.board != nil {
		a.board.hear(a.zoned(b))
	}
}

func (a *App) heardLink(up bool, since time.Time) {
	a.devices.linked()
	a.screen.ShowLink(up, since)
	a.post(flow.LinkChanged{Up: up})
	a.lender.again()
	a.health.ring() // a branch that came back does not know how the kiosk is
	a.log.Info("branch", "reachable", up)
}
