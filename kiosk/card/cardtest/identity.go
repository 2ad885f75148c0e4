package cardtest

// Identity is a person who does not exist, as a Citizen Card would describe
// them. All texts are UTF-8; dates are "DD MM YYYY" as on the card.
type Identity struct {
	// Surname and GivenName are the two halves of the full name.
	Surname, GivenName string
	// MotherSurname, MotherGivenName, FatherSurname and FatherGivenName name
	// the parents.
	MotherSurname, MotherGivenName, FatherSurname, FatherGivenName string
	// Sex is M or F; Height is in metres with a comma.
	Sex, Height string
	// BirthDate, ValidFrom and ValidUntil are "DD MM YYYY".
	BirthDate, ValidFrom, ValidUntil string
	// DocumentNumber, CivilNumber, NIF, NISS and HealthNumber are the numbers
	// of the card and of its holder. Those of Identities belong to nobody.
	DocumentNumber, CivilNumber, NIF, NISS, HealthNumber string
	// Indications is the text of "indicações eventuais", mostly empty.
	Indications string
	// Serial is the 8-byte serial number of the chip.
	Serial [8]byte
}

// invented fills in everything but the names, with numbers that are in the
// ranges never given to a person.
func invented(given, surname string, n byte) Identity {
	return Identity{
		Surname: surname, GivenName: given,
		MotherSurname: "EXEMPLO", MotherGivenName: "MÃE", FatherSurname: "EXEMPLO", FatherGivenName: "PAI",
		Sex: "F", Height: "1,65",
		BirthDate: "01 01 1980", ValidFrom: "15 06 2024", ValidUntil: "14 06 2034",
		DocumentNumber: "00000000 0 ZZ4", CivilNumber: "000000000", NIF: "999999990",
		NISS: "00000000000", HealthNumber: "000000000",
		Serial: [8]byte{0xBA, 0x1C, 0xA0, 0, 0, 0, 0, n},
	}
}

// Identities returns the ready-made people: ordinary names, accents, a very
// long name, a composed accent, a hyphen, a particle, and a single name.
func Identities() map[string]Identity {
	return map[string]Identity{
		"maria":     invented("MARIA JOÃO", "SILVA FERREIRA", 1),
		"joao":      invented("JOÃO MIGUEL", "DOS SANTOS", 2),
		"conceicao": invented("CONCEIÇÃO DE JESUS", "GUIMARÃES BRANDÃO", 3),
		"ines":      invented("Inês", "Araújo e Sá", 4),
		"alvaro":    invented("A\u0301LVARO", "O\u0301SCAR", 5), // accents as separate marks
		"long": invented("ANA-MARIA DA ASSUNÇÃO FRANCISCA XAVIER DE PAULA LEOPOLDINA",
			"VASCONCELOS E ALBUQUERQUE DE MENDONÇA CORTE-REAL PIMENTEL DE ÁVILA", 6),
		"suryavarman": invented("SURYAVARMAN", "", 7),
	}
}
