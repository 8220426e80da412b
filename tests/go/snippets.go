// Snippets type-checks every ```go block of the Markdown files it is given, with the Go that runs it.
//
// A block is a whole file, or declarations, or statements: what it lacks (package clause, imports of the standard
// library, func main) is put around it. Everything else that a name stands for has to be in the block. Variables that a
// block declares and does not use are let pass: what uses them is often the text below.
package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"runtime"
	"sort"
	"strings"
)

// Packages whose path is not their name.
var paths = map[string]string{
	"atomic": "sync/atomic",
	"debug":  "runtime/debug",
	"http":   "net/http",
	"pprof":  "runtime/pprof",
	"rand":   "math/rand/v2",
	"trace":  "runtime/trace",
}

var plain = strings.Fields("bufio bytes cmp context errors fmt io iter log maps math net os runtime slices sort strconv strings sync time unsafe")

// A block and where its first line stands.
type snippet struct {
	file string
	line int
	text string
}

func main() {
	found, wrong := 0, 0
	fset := token.NewFileSet()
	std := importer.ForCompiler(fset, "source", nil)
	for _, name := range os.Args[1:] {
		text, err := os.ReadFile(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		all, err := snippets(name, string(text))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for _, s := range all {
			found++
			for _, e := range check(fset, std, s) {
				wrong++
				fmt.Fprintln(os.Stderr, e)
			}
		}
	}
	if wrong > 0 {
		fmt.Fprintf(os.Stderr, "%s: what the course calls Go is not Go; mend the blocks named above\n", runtime.Version())
		os.Exit(1)
	}
	fmt.Printf("%s: %d Go snippets in %d files are Go\n", runtime.Version(), found, len(os.Args)-1)
}

func snippets(file, text string) ([]snippet, error) {
	var all []snippet
	var now *snippet
	other := false
	for i, line := range strings.Split(text, "\n") {
		fence := strings.HasPrefix(line, "```")
		switch {
		case now != nil && fence:
			all = append(all, *now)
			now = nil
		case now != nil:
			now.text += line + "\n"
		case fence && other:
			other = false
		case fence && strings.TrimSpace(line[3:]) == "go":
			now = &snippet{file, i + 2, ""}
		case fence:
			other = true
		}
	}
	if now != nil || other {
		return nil, fmt.Errorf("%s: a ``` block is not closed", file)
	}
	return all, nil
}

// The snippet as a file. Line directives make Go's errors name the Markdown file.
func check(fset *token.FileSet, std types.Importer, s snippet) []error {
	at := fmt.Sprintf("//line %s:%d\n", s.file, s.line)
	wrappings := []struct{ before, after string }{
		{at, ""},
		{"package main\n" + at, ""},
		{"package main\nfunc main() {\n" + at, "\n}\n"},
	}
	var first error
	for i, w := range wrappings {
		f, err := parser.ParseFile(fset, s.file, w.before+s.text+w.after, 0)
		if err == nil {
			source := strings.Replace(w.before, "package main\n", "package main\n"+imports(f), 1) + s.text + w.after
			if f, err = parser.ParseFile(fset, s.file, source, 0); err != nil {
				return []error{err}
			}
			return typeCheck(fset, std, f)
		}
		// What was meant: with a package clause a file, else statements.
		if i == 0 && strings.Contains(s.text, "package ") || i == 2 {
			first = err
			break
		}
	}
	return []error{first}
}

func typeCheck(fset *token.FileSet, std types.Importer, f *ast.File) []error {
	var all []error
	config := types.Config{
		Importer: std,
		Error: func(err error) {
			var e types.Error
			if errors.As(err, &e) && e.Soft {
				return // declared and not used
			}
			all = append(all, err)
		},
	}
	config.Check("main", fset, []*ast.File{f}, nil)
	return all
}

// The import lines that a file without any needs.
func imports(f *ast.File) string {
	unknown := map[*ast.Ident]bool{}
	for _, id := range f.Unresolved {
		unknown[id] = true
	}
	wanted := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok && unknown[id] {
				wanted[id.Name] = true
			}
		}
		return true
	})
	var lines []string
	for name := range wanted {
		path := paths[name]
		for _, p := range plain {
			if p == name {
				path = p
			}
		}
		if path != "" {
			lines = append(lines, fmt.Sprintf("import %q\n", path))
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "")
}
