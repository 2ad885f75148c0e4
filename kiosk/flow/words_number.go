package flow

// numberWords is every word of the screen of a card's number; they join the
// others.
var numberWords = map[string]Text{
	"number.title": {
		"pt": "Escreva o número do cartão", "en": "Type the number of your card",
		"es": "Escriba el número de la tarjeta", "fr": "Tapez le numéro de la carte", "uk": "Введіть номер картки",
	},
	"number.sub": {
		"pt": "Deixe o cartão encostado ao leitor.", "en": "Leave the card on the reader.",
		"es": "Deje la tarjeta sobre el lector.", "fr": "Laissez la carte sur le lecteur.", "uk": "Залиште картку на зчитувачі.",
	},
	"number.where": {
		"pt": "São 6 algarismos, na frente do cartão", "en": "It is 6 digits, on the front of the card",
		"es": "Son 6 cifras, en el anverso de la tarjeta", "fr": "Ce sont 6 chiffres, au recto de la carte", "uk": "Це 6 цифр на лицьовому боці картки",
	},
	"number.where.do": {
		"pt": "Em baixo, à direita, ao lado de «CAN». Não é o PIN, e não o guardamos.", "en": "At the bottom right, next to “CAN”. It is not your PIN, and we do not keep it.",
		"es": "Abajo a la derecha, junto a «CAN». No es el PIN, y no lo guardamos.", "fr": "En bas à droite, à côté de « CAN ». Ce n’est pas le code PIN, et nous ne le gardons pas.",
		"uk": "Унизу праворуч, поруч із «CAN». Це не PIN-код, і ми його не зберігаємо.",
	},
	"number.wrong": {
		"pt": "O número não é o deste cartão", "en": "That is not the number of this card",
		"es": "El número no es el de esta tarjeta", "fr": "Ce n’est pas le numéro de cette carte", "uk": "Це не номер цієї картки",
	},
	"number.wrong.do": {
		"pt": "Veja os 6 algarismos em baixo, à direita, na frente. {n, plural, one {Pode tentar mais uma vez.} other {Pode tentar mais # vezes.}}",
		"en": "Look at the 6 digits at the bottom right of the front. {n, plural, one {You can try once more.} other {You can try # more times.}}",
		"es": "Mire las 6 cifras abajo a la derecha, en el anverso. {n, plural, one {Puede intentarlo una vez más.} other {Puede intentarlo # veces más.}}",
		"fr": "Regardez les 6 chiffres en bas à droite, au recto. {n, plural, one {Vous pouvez essayer encore une fois.} other {Vous pouvez essayer encore # fois.}}",
		"uk": "Подивіться на 6 цифр унизу праворуч на лицьовому боці. {n, plural, one {Залишилась # спроба.} few {Залишилось # спроби.} many {Залишилось # спроб.} other {Залишилось # спроби.}}",
	},
	"number.label": {
		"pt": "Algarismos escritos", "en": "Digits typed", "es": "Cifras escritas", "fr": "Chiffres tapés", "uk": "Введені цифри",
	},
	"number.open": {
		"pt": "Ler o cartão", "en": "Read my card", "es": "Leer la tarjeta", "fr": "Lire la carte", "uk": "Прочитати картку",
	},
	"card.insert.near": {
		"pt": "O leitor está por baixo do ecrã. Também o pode encostar: pedimos então 6 algarismos.",
		"en": "The reader is below the screen. You may also hold the card against it: we then ask for 6 digits.",
		"es": "El lector está debajo de la pantalla. También puede acercarla: entonces pedimos 6 cifras.",
		"fr": "Le lecteur est sous l’écran. Vous pouvez aussi l’approcher : nous demandons alors 6 chiffres.",
		"uk": "Зчитувач під екраном. Картку можна й прикласти: тоді ми попросимо 6 цифр.",
	},
	"card.closed": {
		"pt": "O número não abriu o cartão", "en": "The number did not open the card",
		"es": "El número no abrió la tarjeta", "fr": "Le numéro n’a pas ouvert la carte", "uk": "Номер не відкрив картку",
	},
	"card.closed.do": {
		"pt": "Não tentamos mais. Introduza o cartão na ranhura, ou continue sem ele.", "en": "We stop trying. Insert the card into the slot, or go on without it.",
		"es": "No lo intentamos más. Introduzca la tarjeta en la ranura, o siga sin ella.", "fr": "Nous n’essayons plus. Insérez la carte dans la fente, ou continuez sans elle.",
		"uk": "Більше не пробуємо. Вставте картку у щілину або продовжуйте без неї.",
	},
}
