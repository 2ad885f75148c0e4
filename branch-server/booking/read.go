package booking

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"balcao/internal/citizen"
	"balcao/internal/queue"
)

// Format names what a file is written in.
type Format string

// The formats that are read.
const (
	CSV       Format = "csv"
	ICalendar Format = "icalendar" // RFC 5545, a part of it
	JSON      Format = "json"
)

// Reading is what must be known to read a file for a branch.
type Reading struct {
	Branch  string // id of the branch, such as L901
	Name    string // its name, which files also use
	Zone    *time.Location
	Now     time.Time
	Zones   func(name string) (*time.Location, error) // time zones that a calendar names
	Service func(text string) (queue.ServiceID, error)
}

// Read reads a file of any of the formats. What is wrong with one line is told by a Fault, and the other lines count;
// only a file that is none of the formats, or past the limits, has no rows.
func Read(data []byte, r Reading) Sheet {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	start := bytes.TrimLeft(data, " \t\r\n")
	b := &builder{r: r, lines: map[string]int{}, codes: map[Code]int{}}
	switch {
	case len(data) > MaxBytes:
		b.fault(0, fmt.Sprintf("O ficheiro tem mais de %d MB.", MaxBytes>>20), "Divida-o em vários.")
	case len(start) == 0:
		b.fault(0, "O ficheiro está vazio.", "Exporte-o de novo do sistema de marcações.")
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		b.fault(0, "O ficheiro está em UTF-16.", "Na folha de cálculo, guarde-o como «CSV UTF-8».")
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		b.fault(0, "Isto é um livro de folha de cálculo.", "Guarde-o como «CSV UTF-8» e traga esse ficheiro.")
	case start[0] == '{' || start[0] == '[':
		b.sheet.Format = JSON
		b.json(data)
	case bytes.HasPrefix(bytes.ToUpper(start[:min(len(start), 15)]), []byte("BEGIN:VCALENDAR")):
		b.sheet.Format = ICalendar
		b.calendar(data)
	default:
		b.sheet.Format = CSV
		b.csv(data)
	}
	return b.sheet
}

// field is what a column, a property or a JSON key says.
type field int

const (
	fieldNone field = iota
	fieldID
	fieldService
	fieldStart
	fieldDate
	fieldTime
	fieldLength
	fieldCode
	fieldDocument
	fieldToken
	fieldState
	fieldBranch
	fieldCount
)

// fieldNames are the columns of a file in Portuguese and English, without case, accents, blanks and points.
var fieldNames = map[string]field{
	"id": fieldID, "uid": fieldID, "ref": fieldID, "referencia": fieldID, "reference": fieldID, "marcacao": fieldID,
	"identificador": fieldID, "bookingid": fieldID, "nmarcacao": fieldID, "numerodamarcacao": fieldID, "booking": fieldID,
	"servico": fieldService, "service": fieldService, "assunto": fieldService, "subject": fieldService,
	"inicio": fieldStart, "start": fieldStart, "datahora": fieldStart, "dataehora": fieldStart, "datetime": fieldStart,
	"data": fieldDate, "date": fieldDate, "dia": fieldDate, "day": fieldDate,
	"hora": fieldTime, "time": fieldTime,
	"duracao": fieldLength, "length": fieldLength, "duration": fieldLength, "minutos": fieldLength, "minutes": fieldLength,
	"lengthmin": fieldLength, "duracaomin": fieldLength,
	"codigo": fieldCode, "code": fieldCode,
	"documento": fieldDocument, "document": fieldDocument, "ndocumento": fieldDocument, "numerododocumento": fieldDocument,
	"documentnumber": fieldDocument, "cartaodecidadao": fieldDocument, "cc": fieldDocument,
	"multipass": fieldToken, "passe": fieldToken, "token": fieldToken,
	"estado": fieldState, "state": fieldState, "status": fieldState, "situacao": fieldState,
	"loja": fieldBranch, "branch": fieldBranch, "local": fieldBranch, "unidade": fieldBranch,
}

// record is one booking as text.
type record struct {
	line int
	text [fieldCount]string
	slot time.Time // already understood, by the calendar
}

// builder turns records into rows and faults.
type builder struct {
	r     Reading
	sheet Sheet
	lines map[string]int // id → line
	codes map[Code]int
}

func (b *builder) fault(line int, what, do string) {
	if len(b.sheet.Faults) == maxFaults {
		b.sheet.Faults = append(b.sheet.Faults, Fault{What: fmt.Sprintf("Há mais de %d faltas.", maxFaults), Do: "Corrija estas primeiro, ou exporte o ficheiro de novo."})
	}
	if len(b.sheet.Faults) < maxFaults {
		b.sheet.Faults = append(b.sheet.Faults, Fault{Line: line, What: what, Do: do})
	}
}

// full says that no more rows are taken; it is told once.
func (b *builder) full(line int) bool {
	if len(b.sheet.Rows) < MaxRows {
		return false
	}
	b.fault(line, fmt.Sprintf("O ficheiro tem mais de %d marcações; daqui em diante não foram lidas.", MaxRows), "Divida-o em vários.")
	return true
}

func (b *builder) ignore(column string) {
	if column = quote(column); len(b.sheet.Ignored) < 32 && column != "«»" {
		b.sheet.Ignored = append(b.sheet.Ignored, column)
	}
}

// add checks a record and keeps it as a row, or names what is wrong with it.
func (b *builder) add(rec record) {
	for i := range rec.text {
		rec.text[i] = strings.TrimSpace(rec.text[i])
	}
	row := Row{Line: rec.line, Booking: Booking{ID: rec.text[fieldID], State: Expected}}
	for _, step := range []func(record, *Row) (what, do string){b.identity, b.branch, b.state, b.service, b.moment, b.length, b.code, b.document, b.token} {
		if what, do := step(rec, &row); what != "" {
			b.fault(rec.line, what, do)
			return
		}
	}
	b.lines[row.Booking.ID] = rec.line
	if row.Booking.Code != "" {
		b.codes[row.Booking.Code] = rec.line
	}
	b.sheet.Rows = append(b.sheet.Rows, row)
}

const maxID = 128

func (b *builder) identity(_ record, row *Row) (what, do string) {
	id := row.Booking.ID
	switch {
	case id == "":
		return "Falta o identificador da marcação.", "Cada linha precisa do número que o sistema de marcações lhe deu (coluna «id»)."
	case len(id) > maxID || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "O identificador " + quote(id) + " não serve.", fmt.Sprintf("Use até %d letras sem acento, algarismos e sinais, sem espaços.", maxID)
	}
	if _, err := citizen.ParseDocumentNumber([]byte(id)); err == nil {
		return "O identificador é o número de um documento.", "Use um número que o sistema de marcações crie: o documento vai na coluna «documento», e não é guardado."
	}
	if first, twice := b.lines[id]; twice {
		return fmt.Sprintf("O identificador %s já está na linha %d.", quote(id), first), "Deixe só uma das duas."
	}
	return "", ""
}

func (b *builder) branch(rec record, _ *Row) (what, do string) {
	name := rec.text[fieldBranch]
	if name == "" || strings.EqualFold(name, b.r.Branch) || plain(name) == plain(b.r.Name) {
		return "", ""
	}
	return "É de outra loja: " + quote(name) + ".", "Importe-a nessa loja, ou tire-a do ficheiro."
}

func (b *builder) state(rec record, row *Row) (what, do string) {
	switch plain(rec.text[fieldState]) {
	case "", "confirmada", "confirmado", "confirmed", "marcada", "booked", "ativa", "activa", "active", "remarcada", "rescheduled", "tentative":
	case "cancelada", "cancelado", "cancelled", "canceled", "anulada", "anulado", "desmarcada", "desmarcado":
		row.Booking.State = Cancelled
	default:
		return "O estado " + quote(rec.text[fieldState]) + " não é conhecido.", "Use «confirmada» ou «cancelada»."
	}
	return "", ""
}

func (b *builder) service(rec record, row *Row) (what, do string) {
	text := rec.text[fieldService]
	if text == "" {
		if row.Booking.State == Cancelled {
			return "", "" // the id says enough
		}
		return "Falta o serviço.", "Escreva o código ou o nome do serviço, como nesta loja."
	}
	id, err := b.r.Service(text)
	if err != nil {
		return "O serviço " + quote(text) + ": " + err.Error() + ".", "Escreva o código do serviço, ou junte este nome aos nomes das marcações na configuração da loja."
	}
	row.Booking.Service = id
	return "", ""
}

func (b *builder) moment(rec record, row *Row) (what, do string) {
	at := rec.slot
	if at.IsZero() {
		text := rec.text[fieldStart]
		if text == "" {
			text = strings.TrimSpace(rec.text[fieldDate] + " " + rec.text[fieldTime])
		}
		if text == "" && row.Booking.State == Cancelled {
			return "", ""
		}
		var err error
		if at, err = parseMoment(text, b.r.Zone); err != nil {
			return "A hora " + quote(text) + " não se entende.", "Escreva o dia e a hora assim: 2026-11-23 10:45."
		}
	}
	at = at.UTC().Truncate(time.Minute)
	day := queue.DateOf(at, b.r.Zone)
	switch {
	case row.Booking.State == Cancelled: // also one of yesterday may be taken back
	case day < queue.DateOf(b.r.Now, b.r.Zone):
		return "O dia " + string(day) + " já passou.", "Tire a linha do ficheiro."
	case at.Sub(b.r.Now) > MaxAhead:
		return "O dia " + string(day) + " está a mais de um ano.", "Confirme a data."
	}
	row.Booking.Slot, row.Booking.Day = at, day
	return "", ""
}

// defaultLength is that of a booking that states none.
const defaultLength = 15 * time.Minute

func (b *builder) length(rec record, row *Row) (what, do string) {
	row.Booking.Length = defaultLength
	text := strings.TrimSpace(strings.TrimSuffix(strings.ToLower(rec.text[fieldLength]), "min"))
	if text == "" {
		return "", ""
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 8*60 {
		return "A duração " + quote(rec.text[fieldLength]) + " não serve.", "Escreva os minutos, de 1 a 480."
	}
	row.Booking.Length = time.Duration(n) * time.Minute
	return "", ""
}

func (b *builder) code(rec record, row *Row) (what, do string) {
	text := rec.text[fieldCode]
	if text == "" {
		return "", ""
	}
	c, err := ParseCode(text)
	if err != nil {
		return "O código não tem a forma certa.", "São 6 letras e algarismos, sem 0, O, 1, I, L nem U. Sem código, a loja dá um."
	}
	if first, twice := b.codes[c]; twice {
		return fmt.Sprintf("O código já está na linha %d.", first), "Cada marcação tem o seu código."
	}
	row.Booking.Code = c
	return "", ""
}

func (b *builder) document(rec record, row *Row) (what, do string) {
	text := rec.text[fieldDocument]
	if text == "" {
		return "", ""
	}
	n, err := citizen.ParseDocumentNumber([]byte(text))
	if err != nil {
		return "O número de documento não está certo.", "São os 12 caracteres do Cartão de Cidadão. Sem ele, a pessoa confirma a chegada pelo código."
	}
	row.Document, row.Documents = n, true
	return "", ""
}

func (b *builder) token(rec record, row *Row) (what, do string) {
	text := rec.text[fieldToken]
	if text == "" {
		return "", ""
	}
	t, err := citizen.ParseToken([]byte(text))
	if err != nil {
		return "O MultiPass não está certo.", "São 32 algarismos e letras de A a F. Sem ele, a pessoa confirma a chegada pelo código."
	}
	row.Token = t
	return "", ""
}

// quote shows a piece of a line, short enough for a screen.
func quote(s string) string {
	const most = 40
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return '?'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return "«" + strings.TrimSpace(s) + "»"
}

var unaccented = strings.NewReplacer("á", "a", "à", "a", "ã", "a", "â", "a", "ä", "a", "é", "e", "ê", "e", "è", "e", "í", "i", "ó", "o",
	"õ", "o", "ô", "o", "ö", "o", "ú", "u", "ü", "u", "ç", "c", "ñ", "n")

// plain is a name without case, accents and anything that is no letter or digit.
func plain(s string) string {
	if len(s) > MaxLine {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, unaccented.Replace(strings.ToLower(s)))
}

// SameName reports whether two names of a service are the same to a reader: case, accents and signs aside.
func SameName(a, b string) bool { return plain(a) != "" && plain(a) == plain(b) }
