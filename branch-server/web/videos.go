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
		text := fmt.Sprintf("%s · %.1f MB", f.Name, float64(f.Bytes)/(1<<20))
		if f.Problem != "" {
			text += " · " + f.Problem
		}
		all = append(all, option{Value: f.Name, Text: text})
	}
	return all
}
