package screen

import "balcao/kiosk/flow"

// shut is the branch of the gallery with its doors closed.
func shut(state string) flow.Offer {
	o := sampleOffer()
	o.Open = false
	o.Door = flow.Door{
		State: state,
		Why:   flow.Text{"pt": "Encerrado: feriado municipal", "en": "Closed: municipal holiday"},
		Next:  flow.Text{"pt": "Abre segunda-feira às 08:30.", "en": "Opens on Monday at 08:30."},
		Hours: []flow.Text{
			{"pt": "Segunda-feira a sexta-feira 08:30–19:30", "en": "Monday to Friday 08:30–19:30"},
			{"pt": "Sábado 09:30–15:00", "en": "Saturday 09:30–15:00"},
		},
		Elsewhere: flow.Text{"pt": "A Loja de Cidadão Vale Claro está aberta até às 22:00.", "en": "Loja de Cidadão Vale Claro is open until 22:00."},
		Book:      flow.Text{"pt": "Em loja.example, ou pelo telefone 300 000 000.", "en": "At loja.example, or by telephone 300 000 000."},
	}
	if state == string(flow.NotOpen) {
		o.Door.Why = flow.Text{"pt": "Ainda não abriu", "en": "Not open yet"}
		o.Door.Next = flow.Text{"pt": "Abre hoje às 08:30.", "en": "Opens today at 08:30."}
	}
	return o
}

// full is the branch of the gallery with too many people inside.
func full() flow.Offer {
	o := sampleOffer()
	next := flow.Text{"pt": "Espere um pouco. Volta a haver senhas quando sair alguém.", "en": "Please wait a little. There are tickets again when somebody leaves."}
	o.Door = flow.Door{State: string(flow.Full), Next: next}
	for i := range o.Services {
		o.Services[i].State, o.Services[i].Next = flow.Full, next
		o.Services[i].Why = flow.Text{"pt": "Lotação completa", "en": "The branch is full"}
	}
	return o
}

// partly is the branch of the gallery with a service in each state.
func partly() flow.Offer {
	o := sampleOffer()
	states := []struct {
		id        string
		state     flow.ServiceState
		why, next flow.Text
	}{
		{
			"cc", flow.SoldOut,
			flow.Text{"pt": "Senhas de hoje esgotadas", "en": "No more tickets today"},
			flow.Text{"pt": "Há mais amanhã às 08:30. Marque em loja.example.", "en": "More tomorrow at 08:30. Book at loja.example."},
		},
		{
			"fin", flow.Suspended,
			flow.Text{"pt": "Suspenso: o sistema da entidade não responde", "en": "Suspended: the body’s system is down"},
			flow.Text{"pt": "Reabre às 14:30.", "en": "It reopens at 14:30."},
		},
		{
			"imt", flow.NotOpen,
			flow.Text{"pt": "Ainda não abriu", "en": "Not open yet"},
			flow.Text{"pt": "Abre hoje às 14:00.", "en": "Opens today at 14:00."},
		},
		{
			"cm", flow.Closed,
			flow.Text{"pt": "Já fechou hoje", "en": "Closed for today"},
			flow.Text{"pt": "Abre segunda-feira, 4 de janeiro, às 09:00.", "en": "Opens on Monday, 4 January, at 09:00."},
		},
	}
	for i := range o.Services {
		for _, x := range states {
			if o.Services[i].ID == x.id || o.Services[i].ID == "cert" && x.id == "imt" || o.Services[i].ID == "pass" && x.id == "cc" {
				o.Services[i].State, o.Services[i].Why, o.Services[i].Next = x.state, x.why, x.next
			}
		}
	}
	return o
}
