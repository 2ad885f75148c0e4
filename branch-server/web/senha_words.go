package web

import "balcao/internal/wire"

// ticketWords are the words of the page of one ticket.
var ticketWords = map[string]wire.Text{
	"ticket": {
		"pt": "A sua senha", "en": "Your ticket",
		"es": "Su turno", "fr": "Votre ticket", "uk": "Ваш талон",
	},
	"ahead": {
		"pt": "À sua frente", "en": "Ahead of you",
		"es": "Delante de usted", "fr": "Avant vous", "uk": "Перед вами",
	},
	"ahead.none": {
		"pt": "ninguém", "en": "nobody",
		"es": "nadie", "fr": "personne", "uk": "нікого",
	},
	"ahead.one": {
		"pt": "1 pessoa", "en": "1 person",
		"es": "1 persona", "fr": "1 personne", "uk": "1 людина",
	},
	"ahead.many": {
		"pt": "pessoas", "en": "people",
		"es": "personas", "fr": "personnes", "uk": "людей",
	},
	"booked": {
		"pt": "marcação das %s", "en": "booked for %s",
		"es": "cita a las %s", "fr": "rendez-vous à %s", "uk": "запис на %s",
	},
	"told": {
		"pt": "estimativa das %s, quando tirou a senha", "en": "as estimated at %s, when you took it",
		"es": "estimación de las %s, cuando cogió el turno", "fr": "estimation de %s, à la prise du ticket", "uk": "оцінка о %s, коли ви взяли талон",
	},
	"where": {
		"pt": "Espere aqui", "en": "Wait here",
		"es": "Espere aquí", "fr": "Attendez ici", "uk": "Чекайте тут",
	},
	"waits": {
		"pt": "Está na fila", "en": "You are in the queue",
		"es": "Está en la cola", "fr": "Vous êtes dans la file", "uk": "Ви в черзі",
	},
	"waits.do": {
		"pt": "Fique perto: esta página não toca. Quem chama é o painel da loja.", "en": "Stay near: this page makes no sound. The board in the branch calls you.",
		"es": "Quédese cerca: esta página no suena. Quien llama es el panel de la oficina.", "fr": "Restez près : cette page ne sonne pas. C’est le panneau de l’agence qui appelle.", "uk": "Будьте поруч: ця сторінка без звуку. Викликає табло у відділенні.",
	},
	"called": {
		"pt": "É a sua vez: %s", "en": "It is your turn: %s",
		"es": "Es su turno: %s", "fr": "C’est à vous : %s", "uk": "Ваша черга: %s",
	},
	"called.do": {
		"pt": "Vá já ao balcão, com a senha ou com este ecrã.", "en": "Go to the counter now, with your ticket or this screen.",
		"es": "Vaya ya al mostrador, con el turno o con esta pantalla.", "fr": "Allez au guichet, avec le ticket ou cet écran.", "uk": "Підійдіть зараз, з талоном або цим екраном.",
	},
	"serving": {
		"pt": "Em atendimento: %s", "en": "Being served: %s",
		"es": "En atención: %s", "fr": "En cours : %s", "uk": "Обслуговують: %s",
	},
	"serving.do": {
		"pt": "", "en": "",
		"es": "", "fr": "", "uk": "",
	},
	"held": {
		"pt": "Atendimento interrompido", "en": "Service interrupted",
		"es": "Atención interrumpida", "fr": "Accueil interrompu", "uk": "Обслуговування перервано",
	},
	"held.do": {
		"pt": "Fique por perto: volta a ser chamada.", "en": "Stay near: you will be called again.",
		"es": "Quédese cerca: le volverán a llamar.", "fr": "Restez près : vous serez rappelé.", "uk": "Будьте поруч: вас викличуть ще раз.",
	},
	"postponed": {
		"pt": "Volta hoje", "en": "Coming back today",
		"es": "Vuelve hoy", "fr": "Revient aujourd’hui", "uk": "Повернеться сьогодні",
	},
	"postponed.do": {
		"pt": "Quando voltar, diga este número na receção.", "en": "When you are back, give this number at reception.",
		"es": "Cuando vuelva, diga este número en recepción.", "fr": "À votre retour, donnez ce numéro à l’accueil.", "uk": "Коли повернетеся, назвіть цей номер на рецепції.",
	},
	"finished": {
		"pt": "Atendida às %s", "en": "Served at %s",
		"es": "Atendido a las %s", "fr": "Servi à %s", "uk": "Обслуговано о %s",
	},
	"finished.do": {
		"pt": "Obrigado pela visita.", "en": "Thank you for your visit.",
		"es": "Gracias por su visita.", "fr": "Merci de votre visite.", "uk": "Дякуємо за візит.",
	},
	"noshow": {
		"pt": "Chamada às %s, e ninguém veio", "en": "Called at %s, and nobody came",
		"es": "Llamado a las %s, y no vino nadie", "fr": "Appelé à %s, personne n’est venu", "uk": "Викликали о %s, ніхто не підійшов",
	},
	"noshow.do": {
		"pt": "Fale já com a receção: ainda pode voltar à fila.", "en": "Talk to reception now: you may still return to the queue.",
		"es": "Hable ya con recepción: aún puede volver a la cola.", "fr": "Parlez vite à l’accueil : vous pouvez encore revenir dans la file.", "uk": "Зверніться зараз на рецепцію: ще можна повернутися в чергу.",
	},
	"reserved": {
		"pt": "Ainda não está na fila", "en": "Not in the queue yet",
		"es": "Aún no está en la cola", "fr": "Pas encore dans la file", "uk": "Ще не в черзі",
	},
	"reserved.do": {
		"pt": "No quiosque, toque em «Fico com o número no ecrã», ou peça ajuda na receção.", "en": "At the kiosk, touch “The number on screen is enough”, or ask at reception.",
		"es": "En el quiosco, toque «Me basta el número en pantalla», o pida ayuda en recepción.", "fr": "À la borne, touchez « Le numéro affiché suffit », ou demandez à l’accueil.", "uk": "На терміналі торкніться «Досить номера на екрані» або зверніться на рецепцію.",
	},
	"cancelled": {
		"pt": "Esta senha já não vale", "en": "This ticket is no longer valid",
		"es": "Este turno ya no vale", "fr": "Ce ticket n’est plus valable", "uk": "Цей талон уже не чинний",
	},
	"cancelled.do": {
		"pt": "Se ainda precisa de ser atendida, tire outra senha ou fale com a receção.", "en": "If you still need service, take another ticket or talk to reception.",
		"es": "Si aún necesita que le atiendan, coja otro turno o hable con recepción.", "fr": "Si vous en avez encore besoin, prenez un autre ticket ou parlez à l’accueil.", "uk": "Якщо послуга ще потрібна, візьміть інший талон або зверніться на рецепцію.",
	},
	"none": {
		"pt": "Não encontramos esta senha", "en": "We cannot find this ticket",
		"es": "No encontramos este turno", "fr": "Nous ne trouvons pas ce ticket", "uk": "Цього талона не знайдено",
	},
	"none.do": {
		"pt": "Uma senha vale só no seu dia e na sua loja. Se a tirou agora, espere um minuto e atualize; senão, fale com a receção.", "en": "A ticket is valid on its day and in its branch only. If you have just taken it, wait a minute and refresh; otherwise ask at reception.",
		"es": "Un turno vale solo en su día y en su oficina. Si lo acaba de coger, espere un minuto y actualice; si no, hable con recepción.", "fr": "Un ticket ne vaut que le jour même et dans son agence. Si vous venez de le prendre, attendez une minute et actualisez ; sinon, parlez à l’accueil.", "uk": "Талон чинний лише у свій день і у своєму відділенні. Якщо ви щойно його взяли, зачекайте хвилину й оновіть; інакше зверніться на рецепцію.",
	},
	"then": {
		"pt": "Depois, com a mesma senha:", "en": "Then, with the same number:",
		"es": "Después, con el mismo turno:", "fr": "Ensuite, avec le même ticket :", "uk": "Потім, з тим самим талоном:",
	},
	"waits.all": {
		"pt": "Tempos de espera de toda a loja", "en": "Waiting times of the whole branch",
		"es": "Tiempos de espera de toda la oficina", "fr": "Temps d’attente de toute l’agence", "uk": "Час очікування в усьому відділенні",
	},
}
