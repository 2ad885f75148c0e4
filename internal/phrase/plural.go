package phrase

// Category is a form that a language has for a number, by its CLDR name.
type Category string

// The categories of CLDR.
const (
	Zero  Category = "zero"
	One   Category = "one"
	Two   Category = "two"
	Few   Category = "few"
	Many  Category = "many"
	Other Category = "other"
)

// Of is the category of a whole number in a language, by the cardinal rules of
// Unicode CLDR 46 (supplemental/plurals.xml); for numbers below zero it is
// Other, and for languages this table does not know it is that of English.
func Of(lang string, n int) Category {
	if n < 0 {
		return Other
	}
	switch lang {
	case "uk", "ru":
		return slavic(n)
	case "fr", "hi", "bn", "pa":
		return when(n <= 1, One, millions(lang == "fr", n))
	case "es", "it":
		return when(n == 1, One, millions(true, n))
	case "ro":
		return when(n == 1, One, when(n == 0 || n%100 >= 1 && n%100 <= 19, Few, Other))
	case "ar":
		return arabic(n)
	case "zh":
		return Other
	case "pt": // as spoken in Portugal
		return when(n == 1, One, millions(true, n))
	}
	return when(n == 1, One, Other)
}

// Categories lists the categories that whole numbers below a million have in a
// language: what a message with a plural must provide.
func Categories(lang string) []Category {
	seen := map[Category]bool{}
	for n := range 200 {
		seen[Of(lang, n)] = true
	}
	var list []Category
	for _, c := range []Category{Zero, One, Two, Few, Many, Other} {
		if seen[c] {
			list = append(list, c)
		}
	}
	return list
}

// when is the one or the other.
func when(yes bool, one, other Category) Category {
	if yes {
		return one
	}
	return other
}

// millions is the form «de milhões» of the Romance languages.
func millions(has bool, n int) Category {
	return when(has && n != 0 && n%1_000_000 == 0, Many, Other)
}

func slavic(n int) Category {
	ten, hundred := n%10, n%100
	switch {
	case ten == 1 && hundred != 11:
		return One
	case ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14):
		return Few
	}
	return Many
}

func arabic(n int) Category {
	hundred := n % 100
	switch {
	case n == 0:
		return Zero
	case n == 1:
		return One
	case n == 2:
		return Two
	case hundred >= 3 && hundred <= 10:
		return Few
	case hundred >= 11:
		return Many
	}
	return Other
}
