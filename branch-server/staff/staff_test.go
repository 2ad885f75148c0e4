package staff

import (
	"errors"
	"strings"
	"testing"

	"balcao/internal/signin"
)

func TestAPersonSignsInWithNameAndPIN(t *testing.T) {
	t.Parallel()
	h, err := signin.Hash("4711")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse("people.yaml", []byte("people:\n  - {id: marta, name: Marta P., role: clerk, hash: \""+h+"\"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.SignIn(t.Context(), " Marta ", "4711")
	if err != nil || p != (Person{ID: "marta", Name: "Marta P.", Role: Clerk}) {
		t.Errorf("SignIn = %+v, %v", p, err)
	}
	if found, known := b.Find("marta"); !known || found != p {
		t.Errorf("Find = %+v, %v", found, known)
	}
	for _, wrong := range [][2]string{{"marta", "4712"}, {"marta", ""}, {"rui", "4711"}, {"marta", strings.Repeat("4", 1000)}} {
		if _, err := b.SignIn(t.Context(), wrong[0], wrong[1]); !errors.Is(err, signin.ErrWrong) {
			t.Errorf("SignIn(%q, %d bytes) = %v, want ErrWrong", wrong[0], len(wrong[1]), err)
		}
	}
}

func TestAFileOfPeopleNamesEveryFault(t *testing.T) {
	t.Parallel()
	_, err := Parse("people.yaml", []byte(`people:
  - {id: "Marta P", name: "", role: chief, hash: "4711"}
  - {id: rui, name: Rui, role: clerk, hash: "$argon2id$v=19$m=999999999,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
`))
	if err == nil {
		t.Fatal("the file was taken")
	}
	for _, want := range []string{"people[0].id", "people[0].name", "people[0].role", "people[0].hash", "people[1].hash"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	if strings.Contains(err.Error(), "4711") {
		t.Error("the message tells what stood in the place of the hash")
	}
}
