// Command uhri harvests United Nations human rights recommendations, indexes them and serves search, API and portal.
// It holds one file per verb and the wiring; what the verbs do lives in the packages it joins.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"uhri"
	"uhri/config"
)

// version is set when the binary is built.

var version = "development"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with its surroundings as arguments, so that tests run the whole program. Exit codes: 0 done, 1 failed,
// 2 called wrongly, 3 a publisher blocks us, 4 quarantined.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	p := &program{out: stdout, err: stderr}
	root := p.commands()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "uhri:", explainError(err))
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code.code)
	}
	if strings.HasPrefix(err.Error(), "unknown command") || strings.HasPrefix(err.Error(), "unknown flag") || uhri.KindOf(err) == uhri.Invalid {
		return 2
	}
	return 1
}

// exitCode is an error with a code of its own.
type exitCode struct {
	code int
	err  error
}

func (e exitCode) Error() string { return e.err.Error() }
func (e exitCode) Unwrap() error { return e.err }

// explainError gives people the sentence made for them, and the cause behind it where there is more.
func explainError(err error) string {
	if errors.Is(err, context.Canceled) {
		return "stopped; what was done so far is kept"
	}
	return err.Error()
}

// program is what all verbs share: where to write, which configuration.
type program struct {
	out, err io.Writer

	configFile string
	data       string
	verbose    bool

	cfg config.Config
	log *slog.Logger
}

func (p *program) commands() *cobra.Command {
	root := &cobra.Command{
		Use:   "uhri",
		Short: "Search what the United Nations recommend to States on human rights",
		Long: "uhri harvests recommendations of the treaty bodies, the Universal Periodic Review and the special procedures,\n" +
			"indexes them and serves them through a portal and an API.\n\n" +
			"Settings come from --config FILE and from UHRI_* variables (server.listen is UHRI_SERVER_LISTEN).",
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			level := slog.LevelWarn
			if p.verbose || cmd.Name() == "serve" {
				level = slog.LevelInfo
			}
			p.log = slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: level}))
			if p.configFile == "" {
				p.configFile = os.Getenv("UHRI_CONFIG")
			}
			env := make([]string, 0, len(os.Environ()))
			for _, kv := range os.Environ() {
				if !strings.HasPrefix(kv, "UHRI_CONFIG=") { // it names the file and is not a setting in it
					env = append(env, kv)
				}
			}
			var err error
			if p.cfg, err = config.Load(p.configFile, env); err != nil {
				return &uhri.Error{Kind: uhri.Invalid, Msg: err.Error()}
			}
			if p.data != "" {
				p.cfg.Data = p.data
			}
			return nil
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	f := root.PersistentFlags()
	f.StringVar(&p.configFile, "config", "", "configuration file (YAML); also UHRI_CONFIG")
	f.StringVar(&p.data, "data", "", "data folder; wins over the configuration")
	f.BoolVar(&p.verbose, "verbose", false, "log what is done")
	root.AddCommand(
		p.serveCommand(), p.harvestCommand(), p.searchCommand(), p.exportCommand(), p.statusCommand(), p.checkCommand(), p.publishCommand(),
		p.acceptCommand(), p.reprocessCommand(), p.explainCommand(), p.trainCommand(), p.evaluateCommand(), p.labelsCommand(), p.dumpCommand(), p.suppressCommand(), p.unsuppressCommand(),
		p.backupCommand(), p.verifyCommand(), p.versionCommand(), p.readerCommand(),
	)
	return root
}
