package arrivals_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/store"
)

// TestNothingThatRetentionTookAwayIsLeftInTheFiles puts more than a thousand canaries into a branch, each too long to come up by
// chance, and looks for them in the raw bytes of its files and of copies: first they are found, so the search works; after
// retention none is.
func TestNothingThatRetentionTookAwayIsLeftInTheFiles(t *testing.T) {
	const people = 1200
	r := newReception(t)
	var rows strings.Builder
	rows.WriteString("id;servico;data;hora;multipass;nome;telefone;email\n")
	kept, never := [][]byte{}, [][]byte{} // what the branch keeps for a time, and what it does not even read
	for n := range people {
		id := fmt.Sprintf("CANARIA-MARCACAO-%05d-QZWX", n)
		name, phone, mail := fmt.Sprintf("Canaria Zulmira %05d", n), fmt.Sprintf("+351 000 0%05d 77", n), fmt.Sprintf("canaria%05d@exemplo.invalid", n)
		fmt.Fprintf(&rows, "%s;p;%s;%02d:%02d;%032x;%s;%s;%s\n", id, today, 9+n/100, n%60, 0xC0FFEE00000000+n, name, phone, mail)
		kept = append(kept, []byte(id))
		never = append(never, []byte(name), []byte(phone), []byte(mail), fmt.Appendf(nil, "%032x", 0xC0FFEE00000000+n))
	}
	r.load(rows.String())
	kept = append(kept, r.passes(people)...)
	for n := range 100 {
		text, by := fmt.Sprintf("CANARIA-RECADO-%05d-QZWX", n), fmt.Sprintf("canaria-operadora-%05d", n)
		c := store.Command{ID: fmt.Sprint("c-", n), Do: "message", Text: text, By: by, Given: r.at, Came: r.at, State: "done", Ended: r.at}
		if _, err := r.store.PutCommand(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if err := r.store.EndCommand(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		who := fmt.Sprintf("canaria-sessao-%05d", n)
		if err := r.store.PutSession(t.Context(), store.StoredSession{Token: [32]byte{byte(n), 1}, Expires: r.at, Body: []byte(who)}); err != nil {
			t.Fatal(err)
		}
		kept = append(kept, []byte(text), []byte(by), []byte(who))
	}

	files := r.files("before.db")
	if n := held(files, kept); n < len(kept)*9/10 {
		t.Fatalf("of %d canaries %d are found while they are kept: the search looks at the wrong place", len(kept), n)
	}
	if n := held(files, never); n > 0 {
		t.Errorf("%d of what is not read from a file of bookings stand in the branch's files", n)
	}

	later := r.at.AddDate(0, 0, 400)
	if err := r.desk.Forget(t.Context(), "2027-12-28"); err != nil {
		t.Fatal(err)
	}
	if err := r.store.ForgetCommands(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	if err := r.store.Retire(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	for name, raw := range r.files("after.db") {
		if n := held(map[string][]byte{name: raw}, append(kept, never...)); n > 0 {
			t.Errorf("%d of %d canaries stand in %s after retention", n, len(kept)+len(never), name)
		}
	}
}

// passes are the digests of so many bookings.
func (r *reception) passes(want int) (all [][]byte) {
	r.t.Helper()
	rows, err := r.store.Database().Query(r.t.Context(), `SELECT pass FROM bookings WHERE pass IS NOT NULL`)
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var d []byte
		if err := rows.Scan(&d); err != nil {
			r.t.Fatal(err)
		}
		all = append(all, d)
	}
	if err := rows.Err(); err != nil || len(all) != want {
		r.t.Fatalf("%d digests of %d bookings, %v", len(all), want, err)
	}
	return all
}

// files are the raw bytes of the branch's files, and of a copy made now by what backs up.
func (r *reception) files(copied string) map[string][]byte {
	r.t.Helper()
	path := filepath.Join(r.t.TempDir(), copied)
	if err := r.store.Copy(r.t.Context(), path, time.Unix(0, 0)); err != nil {
		r.t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, file := range []string{path, filepath.Join(r.dir, "branch.db"), filepath.Join(r.dir, "branch.db-wal"), filepath.Join(r.dir, "branch.db-shm")} {
		raw, err := os.ReadFile(file)
		if err != nil {
			r.t.Fatal(err)
		}
		all[filepath.Base(file)] = raw
	}
	return all
}

// held is how many canaries stand in any of some files. Each file is read once: a canary is looked for where its beginning is.
func held(files map[string][]byte, canaries [][]byte) int {
	const beginning = 8
	at := map[[beginning]byte][]int{}
	for i, c := range canaries {
		at[[beginning]byte(c)] = append(at[[beginning]byte(c)], i)
	}
	found := map[int]bool{}
	for _, raw := range files {
		for i := range max(0, len(raw)-beginning+1) {
			for _, c := range at[[beginning]byte(raw[i:])] {
				if !found[c] && bytes.HasPrefix(raw[i:], canaries[c]) {
					found[c] = true
				}
			}
		}
	}
	return len(found)
}
