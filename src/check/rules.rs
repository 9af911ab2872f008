//! The rules: their codes, their names, and sets of them.

use std::fmt;
use std::str::FromStr;

/// A rule that a notebook can break.
///
/// The order is that of the codes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Rule {
    /// A cell has outputs that strip takes out.
    Outputs,
    /// A cell has an execution count that strip takes out.
    ExecutionCount,
    /// A tool wrote metadata that strip takes out.
    ToolMetadata,
    /// A cell is there that strip was told to take out.
    UnwantedCell,
    /// A cell has an id that strip was told to change.
    UnwantedId,
    /// Cells ran in another order than they stand.
    OutOfOrder,
    /// The execution counts do not go 1, 2, 3, ….
    CountGap,
    /// A cell was not run and others were.
    NotRun,
    /// An error was left in the outputs.
    ErrorOutput,
    /// The outputs are of another run than the count beside them.
    OtherRun,
    /// The file cannot be read at all.
    Unreadable,
    /// Something is not as nbformat has it.
    InvalidStructure,
    /// A merge left something to decide.
    Conflict,
    /// Two cells have one id.
    DuplicateId,
    /// A cell of nbformat 4.5 has no id.
    MissingId,
    /// An id has characters that ids do not have, or too many.
    MalformedId,
    /// The notebook does not say which kernel runs it.
    MissingKernelspec,
    /// The notebook is of a format before 4.
    OldFormat,
    /// A key stands twice in one object.
    RepeatedKey,
    /// Something in the file is no JSON, though it can be read.
    LooseJson,
    /// The outputs of a cell are larger than they may be.
    LargeOutput,
    /// An attachment is shown nowhere in its cell.
    UnusedAttachment,
    /// A cell shows an attachment that it does not have.
    MissingAttachment,
    /// A cell has no source.
    EmptyCell,
    /// The code of a Python cell does not parse.
    SyntaxError,
    /// A token of a service.
    Token,
    /// A private key.
    PrivateKey,
    /// A password in an address.
    AddressPassword,
    /// Something that looks random is given to a name such as `password`.
    AssignedSecret,
}

/// How much a finding matters to reports that ask.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// A matter of order.
    Note,
    /// Something that people want to know.
    Warning,
    /// The notebook is broken, or tells a secret.
    Error,
}

/// Whether a rule holds unless somebody says so.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Usually {
    On,
    Off,
}

/// Whether `--fix` can do something about findings of a rule, if not always.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mend {
    Yes,
    No,
}

/// What is known of a rule.
struct Row {
    rule: Rule,
    code: &'static str,
    name: &'static str,
    severity: Severity,
    usually: Usually,
    mend: Mend,
    page: &'static str,
}

use Severity::{Error, Note, Warning};
use Usually::{Off, On};

macro_rules! rows {
    ($($rule:ident $code:literal $name:literal $severity:ident $usually:ident $mend:ident,)*) => {
        &[$(Row {
            rule: Rule::$rule,
            code: $code,
            name: $name,
            severity: $severity,
            usually: $usually,
            mend: Mend::$mend,
            page: include_str!(concat!("pages/", $code, ".md")),
        }),*]
    };
}

/// All rules, in the order of [`Rule`].
const ROWS: &[Row] = rows! {
    Outputs "NB101" "outputs" Note On Yes,
    ExecutionCount "NB102" "execution-count" Note On Yes,
    ToolMetadata "NB103" "tool-metadata" Note On Yes,
    UnwantedCell "NB104" "unwanted-cell" Note On Yes,
    UnwantedId "NB105" "unwanted-id" Note On Yes,
    OutOfOrder "NB201" "out-of-order" Warning Off No,
    CountGap "NB202" "count-gap" Note Off No,
    NotRun "NB203" "not-run" Warning Off No,
    ErrorOutput "NB204" "error-output" Warning Off No,
    OtherRun "NB205" "other-run" Warning Off No,
    Unreadable "NB300" "unreadable" Error On No,
    InvalidStructure "NB301" "invalid-structure" Error On Yes,
    Conflict "NB302" "conflict" Error On No,
    DuplicateId "NB303" "duplicate-id" Error On Yes,
    MissingId "NB304" "missing-id" Error On Yes,
    MalformedId "NB305" "malformed-id" Error On Yes,
    MissingKernelspec "NB306" "missing-kernelspec" Note Off No,
    OldFormat "NB307" "old-format" Note Off No,
    RepeatedKey "NB308" "repeated-key" Error On No,
    LooseJson "NB309" "loose-json" Error On No,
    LargeOutput "NB401" "large-output" Warning On No,
    UnusedAttachment "NB402" "unused-attachment" Warning On Yes,
    MissingAttachment "NB403" "missing-attachment" Error On No,
    EmptyCell "NB404" "empty-cell" Note Off Yes,
    SyntaxError "NB501" "syntax-error" Error On No,
    Token "NB601" "token" Error On No,
    PrivateKey "NB602" "private-key" Error On No,
    AddressPassword "NB603" "address-password" Error On No,
    AssignedSecret "NB604" "assigned-secret" Error On No,
};

impl Rule {
    /// Returns all rules, in the order of their codes.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.rule)
    }

    fn row(self) -> &'static Row {
        // A test holds the table to the order of the rules.
        &ROWS[self as usize]
    }

    /// Returns the code: `NB101`.
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// Returns the name: `outputs`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Returns how much a finding matters.
    pub fn severity(self) -> Severity {
        self.row().severity
    }

    /// Returns whether the rule holds unless somebody says otherwise.
    pub fn is_default(self) -> bool {
        self.row().usually == On
    }

    /// Returns whether it is about what strip would do.
    pub fn is_of_strip(self) -> bool {
        self.code().starts_with("NB1")
    }

    /// Returns whether some of its findings can be mended.
    pub fn can_mend(self) -> bool {
        self.row().mend == Mend::Yes
    }

    /// Returns what the rule is about, why, and what to do: Markdown that
    /// starts with a heading.
    pub fn page(self) -> &'static str {
        self.row().page
    }

    /// Returns what the rule finds, in one sentence.
    pub fn summary(self) -> &'static str {
        let mut lines = self.page().lines().filter(|line| !line.is_empty());
        lines.nth(1).unwrap_or_default()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A set of rules.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RuleSet(u64);

impl RuleSet {
    /// No rule.
    pub const NONE: Self = Self(0);

    /// Returns the rules that hold unless somebody says otherwise.
    pub fn defaults() -> Self {
        Rule::all().filter(|rule| rule.is_default()).collect()
    }

    /// Returns whether a rule is among them.
    pub fn contains(self, rule: Rule) -> bool {
        self.0 & (1 << rule as u64) != 0
    }

    /// Returns the rules of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the rules that are not among the others.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Returns whether there are none.
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }
}

impl FromIterator<Rule> for RuleSet {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Self {
        let bits = rules.into_iter().map(|rule| 1 << rule as u64);
        Self(bits.fold(0, |all, bit: u64| all | bit))
    }
}

impl From<Rule> for RuleSet {
    fn from(rule: Rule) -> Self {
        Self::from_iter([rule])
    }
}

/// No rule is called so.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "`{0}` is no rule; rules have codes such as `NB301`, of which `NB3` is all that start so, and names such as `outputs`"
)]
pub struct UnknownRule(pub String);

impl FromStr for RuleSet {
    type Err = UnknownRule;

    /// Reads a code, the start of codes, a name, or `ALL`; the case of letters
    /// does not matter.
    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        let is_meant = |rule: &Rule| {
            let code = rule.code();
            text.eq_ignore_ascii_case("all")
                || text.eq_ignore_ascii_case(rule.name())
                || (text.len() >= 2
                    && code
                        .get(..text.len())
                        .is_some_and(|start| start.eq_ignore_ascii_case(text)))
        };
        let rules: Self = Rule::all().filter(is_meant).collect();
        if rules.is_empty() {
            return Err(UnknownRule(text.to_owned()));
        }
        Ok(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_table_has_the_order_of_the_rules() {
        for (index, row) in ROWS.iter().enumerate() {
            assert_eq!(row.rule as usize, index, "{}", row.code);
        }
        assert!(ROWS.is_sorted_by_key(|row| row.code));
        assert!(ROWS.len() <= 64);
    }

    #[test]
    fn no_name_is_given_twice() {
        let names: HashSet<_> = ROWS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ROWS.len());
    }

    #[test]
    fn each_page_says_what_it_is_about() {
        for row in ROWS {
            let heading = format!("# {} `{}`", row.code, row.name);
            assert_eq!(row.page.lines().next(), Some(&*heading));
            assert!(row.rule.summary().ends_with('.'), "{}", row.code);
            for part in ["Why", "What to do"] {
                assert!(row.page.contains(&format!("**{part}**")), "{}", row.code);
            }
        }
    }

    #[test]
    fn the_documentation_lists_all_rules() {
        let page = include_str!("../../docs/check.md");
        for row in ROWS {
            let usually = if row.usually == On { "on" } else { "off" };
            let start = format!(
                "| [{0}](../src/check/pages/{0}.md) | `{1}` | {usually} |",
                row.code, row.name
            );
            let line = page.lines().find(|line| line.starts_with(&start));
            let line = line.unwrap_or_else(|| panic!("{start}"));
            assert_eq!(!line.ends_with("| |"), row.mend == Mend::Yes, "{line}");
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let rules: RuleSet = text.parse().unwrap();
        let codes: Vec<_> = Rule::all()
            .filter(|rule| rules.contains(*rule))
            .map(Rule::code)
            .collect();
        assert_eq!(codes, expected);
    }

    #[test]
    fn rules_are_named_by_codes_starts_of_codes_and_names() {
        check("NB101", &["NB101"]);
        check("nb6", &["NB601", "NB602", "NB603", "NB604"]);
        check("syntax-error", &["NB501"]);
        let all: RuleSet = "ALL".parse().unwrap();
        assert!(Rule::all().all(|rule| all.contains(rule)));
    }

    #[test]
    fn what_is_no_rule_is_an_error() {
        for text in ["", "N", "NB7", "NB1011", "output", "*"] {
            assert_eq!(
                text.parse::<RuleSet>(),
                Err(UnknownRule(text.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn sets_are_put_together_and_taken_apart() {
        let some: RuleSet = [Rule::Outputs, Rule::Token].into_iter().collect();
        let rest = some.without(Rule::Token.into());
        assert!(rest.contains(Rule::Outputs) && !rest.contains(Rule::Token));
        assert_eq!(rest.and(Rule::Token.into()), some);
        assert!(some.without(some).is_empty());
    }
}
