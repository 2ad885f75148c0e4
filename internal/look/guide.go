package look

import (
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"
)

// Guide is one of our guides, made ready for a page.
type Guide struct {
	Contents []GuideHead
	Body     template.HTML
}

// GuideHead is a heading of a guide, for its contents.
type GuideHead struct{ ID, Text string }

var (
	guidePicture = regexp.MustCompile(`^!\[([^\]]*)\]\(pictures/guia/([a-z0-9-]+\.png)\)$`)
	guideBold    = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	guideKey     = regexp.MustCompile("`([^`]+)`")
	guideItem    = regexp.MustCompile(`^(?:-|\d+\.) (.*)$`)
	notInID      = regexp.MustCompile(`[^a-z0-9]+`)
)

// pictureRoom are the attributes that keep a picture's place while it is on its way.
func pictureRoom(width, height int) string {
	if width == 0 || height == 0 {
		return ""
	}
	return fmt.Sprintf(` width="%d" height="%d"`, width, height)
}

// MakeGuide turns a guide into HTML; its pictures are asked for below /ajuda. It knows what our guides are written in and no more: headings, paragraphs, lists,
// tables, pictures, bold words and keys. Everything else is text. size tells how large a picture is, in pixels, so that its place is kept until it is there.
func MakeGuide(text string, size func(picture string) (width, height int)) Guide {
	var (
		v     Guide
		out   strings.Builder
		head  string // the last one
		lines = strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	)
	for i := 0; i < len(lines); {
		line := strings.TrimSpace(lines[i])
		block := blockOf(lines[i:])
		switch {
		case line == "":
			i++
			continue
		case strings.HasPrefix(line, "## "):
			head = line[3:]
			v.Contents = append(v.Contents, GuideHead{ID: guideID(head), Text: head})
			out.WriteString(`<h2 id="` + guideID(head) + `">` + guideWords(head) + "</h2>\n")
			block = 1
		case strings.HasPrefix(line, "### "):
			out.WriteString("<h3>" + guideWords(line[4:]) + "</h3>\n")
			block = 1
		case strings.HasPrefix(line, "# "):
			out.WriteString("<h1>" + guideWords(line[2:]) + "</h1>\n")
			block = 1
		case guidePicture.MatchString(line):
			m := guidePicture.FindStringSubmatch(line)
			out.WriteString(`<figure><img src="/ajuda/` + m[2] + `" alt="` + html.EscapeString(m[1]) + `"` + pictureRoom(size(m[2])) + ` loading="lazy"></figure>` + "\n")
			block = 1
		case strings.HasPrefix(line, "|"):
			guideTable(&out, head, lines[i:i+block])
		case guideItem.MatchString(line):
			guideList(&out, lines[i:i+block])
		default:
			out.WriteString("<p>" + guideWords(strings.Join(lines[i:i+block], " ")) + "</p>\n")
		}
		i += block
	}
	v.Body = template.HTML(out.String()) //nolint:gosec // every word was escaped
	return v
}

// blockOf returns how many lines there are before the next empty one.
func blockOf(lines []string) int {
	for i, l := range lines {
		if strings.TrimSpace(l) == "" {
			return max(1, i)
		}
	}
	return len(lines)
}

func guideList(out *strings.Builder, lines []string) {
	tag := "ul"
	if !strings.HasPrefix(strings.TrimSpace(lines[0]), "-") {
		tag = "ol"
	}
	var items []string
	for _, l := range lines {
		if m := guideItem.FindStringSubmatch(strings.TrimSpace(l)); m != nil {
			items = append(items, m[1])
		} else {
			items[len(items)-1] += " " + strings.TrimSpace(l)
		}
	}
	out.WriteString("<" + tag + ">")
	for _, item := range items {
		out.WriteString("<li>" + guideWords(item) + "</li>")
	}
	out.WriteString("</" + tag + ">\n")
}

// guideTable writes a table under a heading; the heading tells it from the others.
func guideTable(out *strings.Builder, head string, lines []string) {
	out.WriteString(`<div class="scroll-x" tabindex="0" role="region" aria-label="` + html.EscapeString(head) + `: tabela"><table class="table"><caption class="sr-only">` + html.EscapeString(head) + `</caption>`)
	for i, l := range lines {
		if i == 1 { // the line of dashes
			continue
		}
		cell := "td"
		if i == 0 {
			cell = "th"
		}
		out.WriteString("<tr>")
		for c := range strings.SplitSeq(strings.Trim(strings.TrimSpace(l), "|"), "|") {
			out.WriteString("<" + cell + ">" + guideWords(strings.TrimSpace(c)) + "</" + cell + ">")
		}
		out.WriteString("</tr>")
	}
	out.WriteString("</table></div>\n")
}

// guideWords escapes a text and marks what is bold and what is a key.
func guideWords(s string) string {
	s = html.EscapeString(s)
	s = guideKey.ReplaceAllString(s, "<kbd>$1</kbd>")
	return guideBold.ReplaceAllString(s, "<b>$1</b>")
}

var plainLetters = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "é", "e", "ê", "e", "í", "i", "ó", "o", "ô", "o", "õ", "o", "ú", "u", "ç", "c")

func guideID(s string) string {
	return strings.Trim(notInID.ReplaceAllString(plainLetters.Replace(strings.ToLower(s)), "-"), "-")
}
