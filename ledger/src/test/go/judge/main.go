// Judge checks notes and Merkle proofs with golang.org/x/mod/sumdb, which shares no code with
// Throughline. It reads one case a line from standard input and answers each with "ok" or "no":
//
//	inclusion   <size> <root> <index> <leaf hash> <hash,hash,...|->
//	consistency <size1> <root1> <size2> <root2> <hash,hash,...|->
//	note        <vkey> <base64 of the note>
//	cosigned    <vkey> <base64 of the note>
//	proof       <vkey> <base64 of the tlog-proof> <base64 of the entry>
//
// Hashes are in base64.
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		if err := judge(strings.Fields(in.Text())); err != nil {
			fmt.Fprintln(out, "no", err)
		} else {
			fmt.Fprintln(out, "ok")
		}
	}
}

func judge(f []string) error {
	switch f[0] {
	case "inclusion":
		size, root, index, leaf := number(f[1]), hash(f[2]), number(f[3]), hash(f[4])
		return tlog.CheckRecord(hashes(f[5]), size, root, index, leaf)
	case "consistency":
		size1, root1, size2, root2 := number(f[1]), hash(f[2]), number(f[3]), hash(f[4])
		return tlog.CheckTree(hashes(f[5]), size2, root2, size1, root1)
	case "note":
		_, err := open(f[1], decode(f[2]))
		return err
	case "cosigned":
		w, err := newWitness(f[1])
		if err != nil {
			return err
		}
		_, err = note.Open(decode(f[2]), note.VerifierList(w))
		return err
	case "proof":
		return checkProof(f[1], decode(f[2]), decode(f[3]))
	}
	panic("unknown case " + f[0])
}

func checkProof(vkey string, proof, entry []byte) error {
	parts := bytes.SplitN(proof, []byte("\n\n"), 2)
	if len(parts) != 2 {
		return fmt.Errorf("no checkpoint")
	}
	lines := strings.Split(string(parts[0]), "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return fmt.Errorf("no proof")
	}
	index, err := strconv.ParseInt(lines[1][len("index "):], 10, 64)
	if err != nil {
		return err
	}
	var record tlog.RecordProof
	for _, line := range lines[2:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		record = append(record, h)
	}
	n, err := open(vkey, parts[1])
	if err != nil {
		return err
	}
	head := strings.Split(n.Text, "\n")
	if len(head) != 4 {
		return fmt.Errorf("no checkpoint text")
	}
	size, err := strconv.ParseInt(head[1], 10, 64)
	if err != nil {
		return err
	}
	root, err := tlog.ParseHash(head[2])
	if err != nil {
		return err
	}
	return tlog.CheckRecord(record, size, root, index, tlog.RecordHash(entry))
}

func open(vkey string, signed []byte) (*note.Note, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	return note.Open(signed, note.VerifierList(v))
}

// witness verifies the timestamped signatures of c2sp.org/tlog-cosignature.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newWitness(vkey string) (*witness, error) {
	f := strings.SplitN(vkey, "+", 3)
	typed := decode(f[2])
	if len(typed) != 33 || typed[0] != 4 {
		return nil, fmt.Errorf("no cosigner")
	}
	sum := sha256.Sum256(append([]byte(f[0]+"\n"), typed...))
	return &witness{f[0], binary.BigEndian.Uint32(sum[:4]), typed[1:]}, nil
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }
func (w *witness) Verify(text, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	time := binary.BigEndian.Uint64(sig[:8])
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
	return ed25519.Verify(w.key, []byte(message), sig[8:])
}

func decode(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func hash(s string) tlog.Hash {
	h, err := tlog.ParseHash(s)
	if err != nil {
		panic(err)
	}
	return h
}

func hashes(s string) []tlog.Hash {
	var all []tlog.Hash
	if s == "-" {
		return all
	}
	for _, h := range strings.Split(s, ",") {
		all = append(all, hash(h))
	}
	return all
}
