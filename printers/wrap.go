package printers

import (
	"strings"
	"unicode/utf8"
)

// balanced breaks text into as few lines as wrap does, as even as can be: no
// word stands alone below a full line.
func balanced(text string, width int) []string {
	width = max(width, 1)
	var room [24]int // for as many words as most texts have, without a heap
	words := room[:0]
	for word := range strings.FieldsSeq(text) {
		words = append(words, utf8.RuneCountInString(word))
	}
	lines, best := linesOf(words, width), width
	for narrower := width - 1; lines > 1 && narrower > width/2 && linesOf(words, narrower) == lines; narrower-- {
		best = narrower
	}
	return wrap(text, best)
}

// linesOf counts the lines that wrap makes of words of these lengths.
func linesOf(words []int, width int) int {
	lines, used := 0, 0
	for _, n := range words {
		if used > 0 && used+1+n > width {
			lines, used = lines+1, 0
		}
		for n > width {
			lines, n = lines+1, n-width
		}
		if used > 0 {
			used++
		}
		used += n
	}
	if used > 0 {
		lines++
	}
	return lines
}

// wrap breaks text between words, and inside a word only when it does not fit
// a line of its own.
func wrap(text string, width int) []string {
	width = max(width, 1)
	var lines []string
	line, used := make([]byte, 0, 2*width), 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		if used > 0 && used+1+n > width {
			lines = append(lines, string(line))
			line, used = line[:0], 0
		}
		for n > width {
			end := 0
			for range width {
				_, size := utf8.DecodeRuneInString(word[end:])
				end += size
			}
			lines = append(lines, word[:end])
			word, n = word[end:], n-width
		}
		if used > 0 {
			line, used = append(line, ' '), used+1
		}
		line, used = append(line, word...), used+n
	}
	if used > 0 {
		lines = append(lines, string(line))
	}
	return lines
}
