package web

import (
	"fmt"
	"net/http"

	"balcao/internal/media"
)

// video is GET /media/{sha}/{file}: what plain televisions show beside the calls. It is public as the board is.
func (w *Web) video(rw http.ResponseWriter, r *http.Request, _ visitor) {
	w.cfg.Videos.ServeHTTP(rw, r)
}

// videoChoices are the files that a callboard may show, for its form. One that cannot be shown stands there with why.
func videoChoices(files []media.File) []option {
	all := []option{{Text: "nenhum"}}
	for _, f := range files {
		text := fmt.Sprintf("%s · %d KB", f.Name, (f.Bytes+999)/1000)
		if f.Bytes >= 1_000_000 {
			text = fmt.Sprintf("%s · %d MB", f.Name, f.Bytes/1_000_000)
		}
		if f.Problem != "" {
			text += " · " + f.Problem
		}
		all = append(all, option{Value: f.Name, Text: text})
	}
	return all
}
