//! What git is told: the settings and attributes of each part, and how to find
//! them again.

use anyhow::{Context as _, Result, bail};
use nbweave::git::install::{ConfigFile, OwnLines, Scope, Setting, same_key};
use nbweave::strip::StripOptions;

use super::args::{Part, StripArgs};
use super::settings::CommandLine;
use super::shell::{quoted_word, words};
use super::ui::Usage;

/// The name of our drivers, filter and tools.
pub(crate) const NAME: &str = "nbweave";

/// The lines of attributes that are ours.
pub(crate) const OWN_LINES: OwnLines<'static> = OwnLines {
    patterns: &["*.ipynb", "*.zpln"],
    value: NAME,
};

/// Where the attributes were written to.
pub(crate) const RECORD_ATTRIBUTES: &str = "nbweave.install.attributes";

/// Set if `merge.renormalize` is ours.
pub(crate) const RECORD_RENORMALIZE: &str = "nbweave.install.renormalize";

/// Where the script of the hook is.
pub(crate) const RECORD_HOOK: &str = "nbweave.install.hook";

pub(crate) const RENORMALIZE: &str = "merge.renormalize";

pub(crate) const HOOK_EVENT: &str = "hook.nbweave.event";

pub(crate) const HOOK_COMMAND: &str = "hook.nbweave.command";

/// Text or JSON: what the builtin diff shows behind `@@`.
const HUNK_HEADER: &str = r#"^ *([^ "]{0,6} ?%%.*|"(cell_type|id)": .+)$"#;

const MERGE_ARGUMENTS: &str = "--base %O --ours %A --theirs %B --marker-size %L --path %P \
     --label-base %S --label-ours %X --label-theirs %Y";

/// All parts, in the order in which people read of them.
pub(crate) const PARTS: [Part; 5] = [
    Part::Diff,
    Part::Textconv,
    Part::Merge,
    Part::Tools,
    Part::Filter,
];

/// Returns the settings that make up a part. The first says whether it is
/// there.
pub(crate) fn keys(part: Part) -> &'static [&'static str] {
    match part {
        Part::Diff => &["diff.nbweave.command", "diff.nbweave.xfuncname"],
        Part::Textconv => &["diff.nbweave.textconv"],
        Part::Merge => &["merge.nbweave.driver", "merge.nbweave.name"],
        Part::Tools => &[
            "difftool.nbweave.cmd",
            "mergetool.nbweave.cmd",
            "mergetool.nbweave.trustExitCode",
            "mergetool.nbweave.hideResolved",
        ],
        Part::Filter => &[
            "filter.nbweave.process",
            "filter.nbweave.clean",
            "filter.nbweave.smudge",
            "filter.nbweave.required",
        ],
    }
}

/// The program as it is called by a shell.
#[derive(Clone, Debug)]
pub(crate) struct Program(String);

impl Program {
    /// Whatever is found by its name.
    pub(crate) fn by_name() -> Self {
        Self(NAME.to_owned())
    }

    /// This very program.
    pub(crate) fn by_path() -> Result<Self> {
        let path = std::env::current_exe().context("cannot find out where this program is")?;
        let Some(path) = path.to_str() else {
            bail!(
                "the path of this program is no UTF-8 text: '{}'",
                path.display()
            );
        };
        let path = if cfg!(windows) {
            // What extended paths begin with is nothing for a shell.
            path.trim_start_matches(r"\\?\").replace('\\', "/")
        } else {
            path.to_owned()
        };
        Ok(Self(quoted_word(&path)))
    }
}

/// How the parts are installed.
#[derive(Clone, Debug)]
pub(crate) struct How {
    pub(crate) program: Program,
    pub(crate) scope: Scope,
    /// Options of `nbweave filter-process`.
    pub(crate) filter_options: Vec<String>,
}

impl How {
    /// Returns the settings of a part.
    pub(crate) fn settings(&self, part: Part) -> Vec<Setting> {
        let program = &self.program.0;
        // Settings of a person get to machines that the program is not on.
        let may_be_missing = matches!(self.scope, Scope::Global | Scope::System);
        match part {
            Part::Diff => {
                let command = format!("{program} git-diff");
                let otherwise = "if test $# -gt 1; then git diff --no-index --no-ext-diff \
                     --no-textconv -- \"$2\" \"$5\"; fi; true";
                vec![
                    Setting::new(
                        "diff.nbweave.command",
                        if may_be_missing {
                            self.or(&command, otherwise)
                        } else {
                            command
                        },
                    ),
                    Setting::new("diff.nbweave.xfuncname", HUNK_HEADER),
                ]
            }
            Part::Textconv => {
                let command = format!("{program} textconv");
                let command = if may_be_missing {
                    self.or(&command, "cat \"$1\"")
                } else {
                    command
                };
                vec![Setting::new("diff.nbweave.textconv", command)]
            }
            Part::Merge => vec![
                Setting::new("merge.nbweave.name", "nbweave: notebooks by cells"),
                Setting::new("merge.nbweave.driver", self.merge_driver()),
            ],
            Part::Tools => vec![
                Setting::new(
                    "difftool.nbweave.cmd",
                    format!(r#"{program} difftool --path="$MERGED" -- "$LOCAL" "$REMOTE""#),
                ),
                Setting::new(
                    "mergetool.nbweave.cmd",
                    format!(
                        "{program} mergetool --base \"$BASE\" --local \"$LOCAL\" \
                         --remote \"$REMOTE\" --merged \"$MERGED\""
                    ),
                ),
                Setting::new("mergetool.nbweave.trustExitCode", "true"),
                // The merge by lines that it asks for breaks notebooks.
                Setting::new("mergetool.nbweave.hideResolved", "false"),
            ],
            Part::Filter => self.filter(),
        }
    }

    /// Git takes a missing program for a conflict, with nothing of the other
    /// side in the file. A merge by lines is the least that has to be done.
    fn merge_driver(&self) -> String {
        let program = without_placeholders(&self.program.0);
        format!(
            "{program} git-merge {MERGE_ARGUMENTS} || {{ s=$?; \
             test $s -eq 126 || test $s -eq 127 || exit $s; \
             git merge-file --marker-size=%L -L %X -L %S -L %Y %A %O %B; }}"
        )
    }

    fn filter(&self) -> Vec<Setting> {
        let program = &self.program.0;
        let mut options = String::new();
        for option in &self.filter_options {
            options.push(' ');
            options.push_str(&quoted_word(option));
        }
        let is_required = !matches!(self.scope, Scope::Global | Scope::System);
        let process = if is_required {
            format!("{program} filter-process{options}")
        } else {
            // Git would end with every command if nobody answered it.
            format!(
                "if command -v {program} >/dev/null 2>&1; \
                 then exec {program} filter-process{options}; \
                 else echo 'nbweave: not installed, notebooks are not stripped' >&2; \
                 printf 0015git-filter-server000dversion=200000000; cat >/dev/null; fi"
            )
        };
        let single = |command: &str| {
            let words = without_placeholders(&format!("{program} {command}{options}"));
            format!("{words} -- %f")
        };
        vec![
            Setting::new("filter.nbweave.clean", single("git-clean")),
            Setting::new("filter.nbweave.smudge", single("git-smudge")),
            Setting::new("filter.nbweave.process", process),
            Setting::new("filter.nbweave.required", is_required.to_string()),
        ]
    }

    /// Returns a command that git adds arguments to, and that does something
    /// else if the program is not there.
    fn or(&self, command: &str, otherwise: &str) -> String {
        let program = &self.program.0;
        format!(
            "f() {{ if command -v {program} >/dev/null 2>&1; then {command} \"$@\"; \
             else {otherwise}; fi; }}; f"
        )
    }

    /// Returns what a hook runs.
    pub(crate) fn hook_command(&self) -> String {
        format!("{} git-hook pre-commit", self.program.0)
    }
}

/// Git reads `%` in the commands of filters and merge drivers.
fn without_placeholders(words: &str) -> String {
    words.replace('%', "%%")
}

/// Returns the parts that a file sets.
pub(crate) fn installed(file: &ConfigFile) -> Result<Vec<Part>> {
    let settings = file
        .settings()
        .with_context(|| format!("cannot read '{}'", file.path.display()))?;
    let is_there = |part: &Part| {
        let first = keys(*part).first();
        let is_first = |key: &&str| settings.iter().any(|setting| same_key(&setting.key, key));
        let is_clean = |setting: &Setting| same_key(&setting.key, "filter.nbweave.clean");
        first.is_some_and(is_first) || (*part == Part::Filter && settings.iter().any(is_clean))
    };
    Ok(PARTS.into_iter().filter(is_there).collect())
}

/// Returns the lines of attributes for some parts.
pub(crate) fn lines(parts: &[Part]) -> Vec<String> {
    let has = |part| parts.contains(&part);
    let attributes = [
        (has(Part::Diff) || has(Part::Textconv), "diff"),
        (has(Part::Merge), "merge"),
        (has(Part::Filter), "filter"),
    ];
    let wanted = attributes.iter().filter(|(is_wanted, _)| *is_wanted);
    let words: Vec<_> = wanted.map(|(_, name)| format!("{name}={NAME}")).collect();
    let mut lines = Vec::new();
    if !words.is_empty() {
        lines.push(format!("*.ipynb {}", words.join(" ")));
    }
    if has(Part::Filter) {
        lines.push(format!("*.zpln filter={NAME}"));
    }
    lines
}

/// Returns what the options for a filter mean.
pub(crate) fn strip_options(options: &[String]) -> Result<StripOptions, Usage> {
    let args: StripArgs = CommandLine::of("strip", options)?.own_args()?;
    if !args.paths.is_empty() || args.stdout || args.check || args.dry_run || args.diff {
        return Err(Usage(
            "only options that say what to strip are for the filter".to_owned(),
        ));
    }
    args.rules.options()
}

/// Refuses options with which the filter would not start, and git no longer
/// work: `nbweave strip` has more.
pub(crate) fn check_filter_options(options: &[String]) -> Result<(), Usage> {
    strip_options(options)?;
    CommandLine::of("filter-process", options).map(drop)
}

/// Returns the options in the command of a filter, without those that are not
/// about what is stripped; `None` if it is no command of ours.
pub(crate) fn options_in(command: &str) -> Option<Vec<String>> {
    let mut words = words(command)?.into_iter();
    let ours = ["filter-process", "filter-process;", "git-clean", "strip"];
    let verb = words.find(|word| ours.contains(&word.as_str()))?;
    let mut options = Vec::new();
    if verb.ends_with(';') {
        return Some(options);
    }
    while let Some(word) = words.next() {
        match word.as_str() {
            "--" | "else" | "-" => break,
            "--no-restore" => {}
            "--restore" => drop(words.next()),
            _ if word.starts_with("--restore=") => {}
            _ if word.ends_with(';') => {
                options.push(word.trim_end_matches(';').to_owned());
                break;
            }
            _ => options.push(word),
        }
    }
    options.retain(|option| option != "--no-restore" && !option.starts_with("--restore="));
    Some(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn how(scope: Scope) -> How {
        How {
            program: Program(quoted_word("/a b/100%/nbweave")),
            scope,
            filter_options: vec![
                "--extra-keys".to_owned(),
                "metadata.a metadata.b".to_owned(),
            ],
        }
    }

    #[test]
    fn every_setting_can_be_found_again() {
        for scope in [Scope::Local, Scope::Global] {
            for part in PARTS {
                let settings = how(scope).settings(part);
                let mut written: Vec<_> = settings.iter().map(|set| set.key.as_str()).collect();
                let mut known = keys(part).to_vec();
                written.sort_unstable();
                known.sort_unstable();
                assert_eq!(written, known);
            }
        }
    }

    #[test]
    fn the_options_of_a_filter_can_be_read_back() {
        for scope in [Scope::Local, Scope::Global] {
            let settings = how(scope).settings(Part::Filter);
            for key in ["filter.nbweave.clean", "filter.nbweave.process"] {
                let setting = settings.iter().find(|setting| setting.key == key).unwrap();
                let options = options_in(&setting.value).unwrap();
                assert_eq!(options, how(scope).filter_options, "{}", setting.value);
            }
        }
        assert_eq!(options_in("nbweave strip -"), Some(Vec::new()));
        assert_eq!(options_in("other"), None);
    }

    #[test]
    fn percent_signs_are_no_placeholders() {
        let driver = how(Scope::Local).merge_driver();
        assert!(driver.starts_with("'/a b/100%%/nbweave' git-merge --base %O"));
    }

    #[test]
    fn attributes_are_those_of_the_parts() {
        assert_eq!(lines(&[Part::Textconv]), ["*.ipynb diff=nbweave"]);
        assert_eq!(
            lines(&PARTS),
            [
                "*.ipynb diff=nbweave merge=nbweave filter=nbweave",
                "*.zpln filter=nbweave"
            ]
        );
        assert!(lines(&[Part::Tools]).is_empty());
    }

    #[test]
    fn only_options_of_rules_are_for_a_filter() {
        let parse = |option: &str| strip_options(&[option.to_owned()]);
        assert!(parse("--keep-count").is_ok());
        for option in ["--check", "a.ipynb", "--bogus", "--extra-keys=bogus"] {
            assert!(parse(option).is_err(), "{option}");
        }
    }
}
