package hours

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Calendar names a list of holidays.
type Calendar string

// The calendars. The regions of Açores and Madeira add their own to those of the law.
const (
	National   Calendar = "national"
	Azores     Calendar = "azores"
	Madeira    Calendar = "madeira"
	NoHolidays Calendar = "none"
)

// Valid reports whether the calendar is one of those above.
func (c Calendar) Valid() bool {
	return c == National || c == Azores || c == Madeira || c == NoHolidays
}

// Text is one thing said in each language, keyed by language code; pt is always there.
type Text map[string]string

// In returns the text in a language, or in Portuguese where that language has none.
func (t Text) In(lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	return t["pt"]
}

// holiday is one day of each year: fixed by month and day, or counted from Easter Sunday where the month is zero.
type holiday struct {
	month time.Month
	day   int
	name  Text
}

// lawful are the mandatory holidays of the Código do Trabalho, art. 234.º, n.º 1 (Lei 7/2009, as amended by
// Lei 8/2016, which brought back the four that were suspended from 2013 to 2015).
var lawful = []holiday{
	{time.January, 1, Text{"pt": "Ano Novo", "en": "New Year’s Day", "es": "Año Nuevo", "fr": "Nouvel An", "uk": "Новий рік"}},
	{0, -2, Text{"pt": "Sexta-feira Santa", "en": "Good Friday", "es": "Viernes Santo", "fr": "Vendredi saint", "uk": "Страсна п’ятниця"}},
	{0, 0, Text{"pt": "Domingo de Páscoa", "en": "Easter Sunday", "es": "Domingo de Pascua", "fr": "Dimanche de Pâques", "uk": "Великдень"}},
	{time.April, 25, Text{"pt": "Dia da Liberdade", "en": "Freedom Day", "es": "Día de la Libertad", "fr": "Jour de la Liberté", "uk": "День свободи"}},
	{time.May, 1, Text{"pt": "Dia do Trabalhador", "en": "Labour Day", "es": "Día del Trabajador", "fr": "Fête du Travail", "uk": "День праці"}},
	{0, 60, Text{"pt": "Corpo de Deus", "en": "Corpus Christi", "es": "Corpus Christi", "fr": "Fête-Dieu", "uk": "Свято Тіла і Крові Христових"}},
	{time.June, 10, Text{"pt": "Dia de Portugal", "en": "Portugal Day", "es": "Día de Portugal", "fr": "Jour du Portugal", "uk": "День Португалії"}},
	{time.August, 15, Text{"pt": "Assunção de Nossa Senhora", "en": "Assumption Day", "es": "Asunción de la Virgen", "fr": "Assomption", "uk": "Успіння Богородиці"}},
	{time.October, 5, Text{"pt": "Implantação da República", "en": "Republic Day", "es": "Proclamación de la República", "fr": "Proclamation de la République", "uk": "Проголошення Республіки"}},
	{time.November, 1, Text{"pt": "Todos os Santos", "en": "All Saints’ Day", "es": "Todos los Santos", "fr": "Toussaint", "uk": "День усіх святих"}},
	{time.December, 1, Text{"pt": "Restauração da Independência", "en": "Restoration of Independence", "es": "Restauración de la Independencia", "fr": "Restauration de l’Indépendance", "uk": "Відновлення незалежності"}},
	{time.December, 8, Text{"pt": "Imaculada Conceição", "en": "Immaculate Conception", "es": "Inmaculada Concepción", "fr": "Immaculée Conception", "uk": "Непорочне зачаття"}},
	{time.December, 25, Text{"pt": "Natal", "en": "Christmas Day", "es": "Navidad", "fr": "Noël", "uk": "Різдво"}},
}

// regional are the holidays of the autonomous regions, as their assemblies set them: the day of Açores is the Monday
// after Pentecost (Decreto Regional 13/80/A); Madeira has 1 July and 26 December (DLR 18/2002/M).
var regional = map[Calendar][]holiday{
	Azores: {{0, 50, Text{"pt": "Dia da Região Autónoma dos Açores", "en": "Azores Day", "es": "Día de las Azores", "fr": "Jour des Açores", "uk": "День Азорських островів"}}},
	Madeira: {
		{time.July, 1, Text{"pt": "Dia da Região Autónoma da Madeira", "en": "Madeira Day", "es": "Día de Madeira", "fr": "Jour de Madère", "uk": "День Мадейри"}},
		{time.December, 26, Text{"pt": "Primeira Oitava", "en": "Boxing Day", "es": "San Esteban", "fr": "Lendemain de Noël", "uk": "Другий день Різдва"}},
	},
}

// Holiday returns the name of the holiday that a date is; false if it is none.
func (c Calendar) Holiday(d Date) (Text, bool) {
	if c == NoHolidays || c == "" {
		return nil, false
	}
	easter := Easter(d.Year)
	for _, list := range [][]holiday{lawful, regional[c]} {
		for _, h := range list {
			if h.month == d.Month && h.day == d.Day || h.month == 0 && easter.Plus(h.day) == d {
				return h.name, true
			}
		}
	}
	return nil, false
}

// Easter returns Easter Sunday of a year in the Gregorian calendar (the anonymous algorithm printed in Nature,
// 20 April 1876, and in J. Meeus, Astronomical Algorithms, chapter 8).
func Easter(year int) Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	return Date{year, time.Month(month), (h + l - 7*m + 33*month + 19) % 32}
}

// Municipal is a municipality's own holiday (Código do Trabalho, art. 235.º): a day of the year written 06-13, or a
// day counted from Easter written easter+39, as of those that keep Ascension Day. The zero Municipal is none.
type Municipal struct {
	set    bool
	month  time.Month
	day    int // of the month, or from Easter where the month is zero
	source string
}

// UnmarshalText reads 06-13 or easter+39; nothing is no holiday.
func (m *Municipal) UnmarshalText(text []byte) error {
	s := strings.ToLower(strings.TrimSpace(string(text)))
	if s == "" {
		*m = Municipal{}
		return nil
	}
	if after, ok := strings.CutPrefix(s, "easter"); ok {
		n, err := strconv.Atoi(after)
		if after == "" {
			n, err = 0, nil
		}
		if err != nil || n < -60 || n > 120 {
			return fmt.Errorf("%q is not a day such as 06-13 or easter+39", text)
		}
		*m = Municipal{set: true, day: n, source: s}
		return nil
	}
	t, err := time.Parse("2006-01-02", "2024-"+s) // a leap year
	if err != nil {
		return fmt.Errorf("%q is not a day (month-day) such as 06-13, or easter+39", text)
	}
	*m = Municipal{set: true, month: t.Month(), day: t.Day(), source: s}
	return nil
}

// MarshalText writes the holiday as it was read.
func (m Municipal) MarshalText() ([]byte, error) { return []byte(m.source), nil }

// On reports whether the holiday falls on a date.
func (m Municipal) On(d Date) bool {
	switch {
	case !m.set:
		return false
	case m.month == 0:
		return Easter(d.Year).Plus(m.day) == d
	}
	return m.month == d.Month && m.day == d.Day
}
