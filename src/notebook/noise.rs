//! Metadata that tools write on their own: which keys, and whose.
//!
//! This is the one table behind strip (what goes by default), diff (what is
//! quiet) and merge (what never conflicts). A key is in it only if no person
//! means anything by it: what was chosen in a menu or typed in a form is not
//! noise, even if a program wrote it down.

/// Where metadata stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Scope {
    /// The metadata of the notebook.
    Notebook,
    /// The metadata of a cell.
    Cell,
}

/// What becomes of a key of the table.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum NoiseClass {
    /// Says when, where or how often something ran, or how a window stood:
    /// strip removes it.
    Run,
    /// Identifies something or describes the environment. Strip keeps it, as
    /// it would have to be made up anew; diff and merge are quiet about it.
    Identity,
}

/// A key that tools write on their own.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    /// Where the key stands.
    pub scope: Scope,
    /// The key, with those of the objects it lies in before it, separated by
    /// dots. Keys can contain dots themselves.
    pub key: &'static str,
    /// What becomes of it.
    pub class: NoiseClass,
    /// Who writes it.
    pub producer: &'static str,
    /// Where that is written down, or seen.
    pub source: &'static str,
}

/// Returns the table.
pub fn noise() -> impl Iterator<Item = Noise> {
    ROWS.iter().flat_map(|producer| {
        producer.keys.iter().map(|&(scope, class, key)| Noise {
            scope,
            key,
            class,
            producer: producer.name,
            source: producer.source,
        })
    })
}

/// The keys of one producer.
struct Producer {
    name: &'static str,
    source: &'static str,
    keys: &'static [(Scope, NoiseClass, &'static str)],
}

use NoiseClass::{Identity, Run};
use Scope::{Cell, Notebook};

const ROWS: &[Producer] = &[
    Producer {
        name: "nbformat",
        source: "nbformat: `strip_transient` drops these on every write",
        keys: &[
            (Notebook, Run, "signature"),
            (Notebook, Run, "orig_nbformat"),
            (Notebook, Run, "orig_nbformat_minor"),
            (Cell, Run, "trusted"),
        ],
    },
    Producer {
        name: "Jupyter kernels",
        source: "nbformat schema, `language_info`: the kernel describes itself on every start",
        keys: &[
            (Notebook, Identity, "language_info.version"),
            (Notebook, Identity, "language_info.codemirror_mode"),
            (Notebook, Identity, "language_info.file_extension"),
            (Notebook, Identity, "language_info.mimetype"),
            (Notebook, Identity, "language_info.nbconvert_exporter"),
            (Notebook, Identity, "language_info.pygments_lexer"),
        ],
    },
    Producer {
        name: "Jupyter Notebook",
        source: "nbformat schema, cell metadata `collapsed` and `scrolled`: the state of the \
                 output area; the collapsible headings extension; `celltoolbar` of the classic \
                 interface",
        keys: &[
            (Cell, Run, "collapsed"),
            (Cell, Run, "scrolled"),
            (Cell, Run, "heading_collapsed"),
            (Cell, Run, "hidden"),
            (Notebook, Identity, "celltoolbar"),
            (Notebook, Identity, "anaconda-cloud"),
        ],
    },
    Producer {
        name: "JupyterLab",
        source: "nbformat 4.4 schema, `execution`: times of the messages of a run; 4.3 schema, \
                 `jupyter`: what is folded",
        keys: &[
            (Cell, Run, "execution"),
            (Cell, Identity, "jupyter.outputs_hidden"),
            (Cell, Identity, "jupyter.source_hidden"),
        ],
    },
    Producer {
        name: "ipywidgets",
        source: "ipywidgets documentation, embedding: the state of widgets that outputs show",
        keys: &[(Notebook, Run, "widgets")],
    },
    Producer {
        name: "ExecuteTime",
        source: "jupyter_contrib_nbextensions, `execute_time`: start and end of a run",
        keys: &[(Cell, Run, "ExecuteTime")],
    },
    Producer {
        name: "Variable Inspector",
        source: "jupyter_contrib_nbextensions, `varInspector`: place and columns of a window",
        keys: &[(Notebook, Run, "varInspector")],
    },
    Producer {
        name: "Table of Contents (2)",
        source: "jupyter_contrib_nbextensions, `toc2`: place and size of a window",
        keys: &[
            (Notebook, Run, "toc.nav_menu"),
            (Notebook, Run, "toc.toc_position"),
            (Notebook, Run, "toc.toc_window_display"),
            (Notebook, Run, "nav_menu"),
        ],
    },
    Producer {
        name: "Papermill",
        source: "Papermill documentation: a record of the last run, of the notebook and of each \
                 cell",
        keys: &[(Notebook, Run, "papermill"), (Cell, Run, "papermill")],
    },
    Producer {
        name: "nteract",
        source: "nteract, `packages/commutable`: version of the program, cells being deleted, \
                 what is folded",
        keys: &[
            (Notebook, Run, "nteract.version"),
            (Cell, Run, "nteract.transient"),
            (Cell, Identity, "inputHidden"),
            (Cell, Identity, "outputHidden"),
        ],
    },
    Producer {
        name: "Visual Studio Code",
        source: "vscode-jupyter: hash of the path of an interpreter on the writer's machine; \
                 the Gather extension's record of runs",
        keys: &[
            (Notebook, Run, "vscode.interpreter"),
            (Notebook, Run, "interpreter.hash"),
            (Cell, Run, "gather"),
        ],
    },
    Producer {
        name: "PyCharm, DataSpell",
        source: "seen in notebooks saved by PyCharm: a cell of its own and whether a cell runs",
        keys: &[
            (Notebook, Run, "pycharm"),
            (Cell, Run, "pycharm.is_executing"),
            (Cell, Identity, "pycharm.name"),
        ],
    },
    Producer {
        name: "Colab",
        source: "seen in notebooks saved by Colab: user and time of a run, size and place of an \
                 output, models that an output shows",
        keys: &[
            (Notebook, Run, "colab.authorship_tag"),
            (Cell, Run, "executionInfo"),
            (Cell, Run, "outputId"),
            (Cell, Run, "colab.base_uri"),
            (Cell, Run, "colab.height"),
            (Cell, Run, "colab.referenced_widgets"),
            (Notebook, Identity, "colab.last_runtime"),
            (Notebook, Identity, "colab.provenance"),
            (Cell, Identity, "colab_type"),
            (Cell, Identity, "id"),
        ],
    },
    Producer {
        name: "Kaggle",
        source: "seen in notebooks saved by Kaggle: names of cells made by the program",
        keys: &[(Cell, Identity, "_cell_guid"), (Cell, Identity, "_uuid")],
    },
    Producer {
        name: "Databricks",
        source: "seen in notebooks exported by Databricks: limits of a run, names of cells made \
                 by the program",
        keys: &[
            (Cell, Run, "application/vnd.databricks.v1+cell.cellMetadata"),
            (Cell, Identity, "application/vnd.databricks.v1+cell.nuid"),
            (
                Notebook,
                Run,
                "application/vnd.databricks.v1+notebook.mostRecentlyExecutedCommandWithImplicitDF",
            ),
        ],
    },
    Producer {
        name: "SageMaker Studio",
        source: "seen in notebooks saved by SageMaker Studio: the price list of machines",
        keys: &[
            (Notebook, Run, "availableInstances"),
            (Notebook, Identity, "instance_type"),
        ],
    },
    Producer {
        name: "Azure Machine Learning, Synapse, Azure Data Studio",
        source: "seen in notebooks saved by them: whether a run has ended, state of outputs, \
                 names of cells made by the program",
        keys: &[
            (Notebook, Run, "microsoft.host"),
            (Notebook, Run, "synapse_widget"),
            (Cell, Run, "cellStatus"),
            (Cell, Identity, "azdata_cell_guid"),
        ],
    },
    Producer {
        name: "Deepnote",
        source: "seen in notebooks exported by Deepnote: times of a run, what is to run next",
        keys: &[
            (Notebook, Run, "deepnote_execution_queue"),
            (Cell, Run, "execution_start"),
            (Cell, Run, "execution_millis"),
            (Cell, Run, "deepnote_to_be_reexecuted"),
            (Cell, Identity, "cell_id"),
        ],
    },
    Producer {
        name: "Jupytext",
        source: "Jupytext documentation: blank lines of the text a cell was read from, the \
                 version that read it",
        keys: &[
            (Cell, Identity, "lines_to_next_cell"),
            (
                Notebook,
                Identity,
                "jupytext.text_representation.jupytext_version",
            ),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_key_is_listed_twice() {
        let mut seen = HashSet::new();
        for row in noise() {
            assert!(seen.insert((row.scope, row.key)), "{}", row.key);
        }
    }

    #[test]
    fn what_people_mean_is_not_noise() {
        for meant in [
            "tags",
            "slideshow",
            "kernelspec",
            "name",
            "deletable",
            "init_cell",
        ] {
            assert!(noise().all(|row| row.key != meant), "{meant}");
        }
    }
}
