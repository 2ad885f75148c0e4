package screen

import "balcao/kiosk/flow"

// sampleText is an invented name in the languages of the kiosk; those without
// an entry here are shown as a branch that has not translated them shows them.
func sampleText(pt, en string) flow.Text {
	text := flow.Text{"pt": pt, "en": en}
	if more, ok := map[string][3]string{
		"Registos e Notariado":              {"Registros y Notaría", "Registres et Notariat", "Реєстри та нотаріат"},
		"Finanças":                          {"Impuestos", "Impôts", "Податки"},
		"Segurança Social":                  {"Seguridad Social", "Sécurité sociale", "Соцзабезпечення"},
		"Mobilidade e Transportes":          {"Movilidad y Transportes", "Mobilité et Transports", "Транспорт"},
		"Saúde dos trabalhadores do Estado": {"Salud de los empleados públicos", "Santé des agents publics", "Здоров’я держслужбовців"},
		"Câmara Municipal":                  {"Ayuntamiento", "Mairie", "Мерія"},
		"Cartão de Cidadão":                 {"Tarjeta de ciudadano", "Carte de citoyen", "Картка громадянина"},
		"Pedir ou renovar":                  {"Pedir o renovar", "Demander, renouveler", "Подати чи поновити"},
		"NIF, IRS, pagamentos":              {"NIF, IRS, pagos", "NIF, IRS, paiements", "NIF, IRS, платежі"},
		"Prestações, NISS":                  {"Prestaciones, NISS", "Prestations, NISS", "Виплати, NISS"},
		"Carta de condução":                 {"Carné de conducir", "Permis de conduire", "Водійські права"},
		"IMT: renovar, trocar":              {"IMT: renovar, cambiar", "IMT : renouveler", "IMT: поновити"},
		"Passaporte":                        {"Pasaporte", "Passeport", "Паспорт"},
		"Certidões":                         {"Certificados", "Actes", "Довідки"},
	}[pt]; ok {
		text["es"], text["fr"], text["uk"] = more[0], more[1], more[2]
	}
	return text
}
