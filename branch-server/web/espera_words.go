package web

import "balcao/internal/wire"

// waitsWords are the words of the public page and of waits everywhere, in the languages of the kiosk.
var waitsWords = map[string]wire.Text{
	"langs":           {"pt": "Língua", "en": "Language", "es": "Idioma", "fr": "Langue", "uk": "Мова"},
	"title":           {"pt": "Tempos de espera", "en": "Waiting times", "es": "Tiempos de espera", "fr": "Temps d’attente", "uk": "Час очікування"},
	"opinion":         {"pt": "Reclamar, elogiar ou sugerir", "en": "Complain, praise or suggest", "es": "Reclamar, elogiar o sugerir", "fr": "Réclamer, féliciter ou suggérer", "uk": "Скарга, подяка чи пропозиція"},
	"skip":            {"pt": "Saltar para o conteúdo", "en": "Skip to content", "es": "Saltar al contenido", "fr": "Aller au contenu", "uk": "Перейти до змісту"},
	"asof":            {"pt": "Informação das", "en": "As of", "es": "Información de las", "fr": "Information de", "uk": "Станом на"},
	"lead":            {"pt": "Quanto esperaria quem tirasse senha agora.", "en": "How long someone taking a ticket now would wait.", "es": "Cuánto esperaría quien cogiera turno ahora.", "fr": "L’attente de qui prendrait un ticket maintenant.", "uk": "Скільки чекав би той, хто зараз візьме талон."},
	"honest":          {"pt": "São estimativas: podem mudar. Só a sua senha lhe guarda a vez.", "en": "These are estimates and may change. Only your ticket keeps your place.", "es": "Son estimaciones y pueden cambiar. Solo su turno le guarda el sitio.", "fr": "Ce sont des estimations, qui peuvent changer. Seul votre ticket garde votre place.", "uk": "Це оцінки, вони можуть змінитися. Місце зберігає лише ваш талон."},
	"closed":          {"pt": "A loja está fechada", "en": "The branch is closed", "es": "La oficina está cerrada", "fr": "L’agence est fermée", "uk": "Відділення зачинене"},
	"closed.do":       {"pt": "Os tempos de espera aparecem aqui quando abrir.", "en": "Waiting times appear here when it opens.", "es": "Los tiempos de espera aparecen aquí cuando abra.", "fr": "Les temps d’attente s’affichent ici à l’ouverture.", "uk": "Час очікування з’явиться тут після відкриття."},
	"wait":            {"pt": "Espera", "en": "Wait", "es": "Espera", "fr": "Attente", "uk": "Очікування"},
	"refresh":         {"pt": "Atualizar", "en": "Refresh", "es": "Actualizar", "fr": "Actualiser", "uk": "Оновити"},
	"stale":           {"pt": "Sem ligação: estes tempos podem já não valer.", "en": "No connection: these times may be out of date.", "es": "Sin conexión: estos tiempos pueden no valer ya.", "fr": "Sans connexion : ces temps ne valent peut-être plus.", "uk": "Немає зв’язку: ці дані можуть бути застарілі."},
	"next":            {"pt": "a seguir", "en": "next", "es": "a continuación", "fr": "ensuite", "uk": "наступний"},
	"unknown":         {"pt": "não sabemos", "en": "not known", "es": "no lo sabemos", "fr": "inconnu", "uk": "невідомо"},
	"over":            {"pt": "mais de %s", "en": "more than %s", "es": "más de %s", "fr": "plus de %s", "uk": "понад %s"},
	"upto":            {"pt": "até %d min", "en": "up to %d min", "es": "hasta %d min", "fr": "jusqu’à %d min", "uk": "до %d хв"},
	"range":           {"pt": "%d a %d min", "en": "%d to %d min", "es": "de %d a %d min", "fr": "de %d à %d min", "uk": "%d–%d хв"},
	"nobody":          {"pt": "ninguém à espera", "en": "nobody waiting", "es": "nadie esperando", "fr": "personne n’attend", "uk": "ніхто не чекає"},
	"one":             {"pt": "1 pessoa à espera", "en": "1 person waiting", "es": "1 persona esperando", "fr": "1 personne attend", "uk": "1 людина чекає"},
	"people":          {"pt": "%d pessoas à espera", "en": "%d people waiting", "es": "%d personas esperando", "fr": "%d personnes attendent", "uk": "%d ос. чекають"},
	"state.sold_out":  {"pt": "Senhas esgotadas hoje", "en": "No tickets left today", "es": "Hoy no quedan turnos", "fr": "Plus de tickets aujourd’hui", "uk": "Талонів на сьогодні немає"},
	"state.suspended": {"pt": "Suspenso de momento", "en": "Suspended for now", "es": "Suspendido por ahora", "fr": "Suspendu pour le moment", "uk": "Тимчасово призупинено"},
	"state.closed":    {"pt": "Fechado", "en": "Closed", "es": "Cerrado", "fr": "Fermé", "uk": "Зачинено"},
}
