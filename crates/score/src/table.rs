//! Tables, for a terminal and for a document alike.

/// A cell and whether what it says is as good as wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// Whether the goal is met; `None` where there is none.
    pub is_met: Option<bool>,
}

impl Cell {
    /// A cell without a goal.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_met: None }
    }

    /// A cell with a goal.
    pub fn goal(text: impl Into<String>, is_met: bool) -> Self {
        Self { text: text.into(), is_met: Some(is_met) }
    }
}

/// A table with a heading. The first column is set to the left, the others to the right.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it is about.
    pub title: String,
    /// The columns.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";

impl Table {
    /// An empty table.
    pub fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        Self {
            title: title.into(),
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// For a terminal: columns aligned; goals in colour, or marked where there are no colours.
    #[must_use]
    pub fn to_text(&self, colours: bool) -> String {
        let paint =
            |text: String, colour: &str| if colours { format!("{colour}{text}{RESET}") } else { text };
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|i| {
                let cells =
                    self.rows.iter().filter_map(|row| row.get(i)).map(|cell| marked(cell).chars().count());
                cells.chain([self.columns[i].chars().count()]).max().unwrap_or(0)
            })
            .collect();
        let mut text = format!("{}\n", paint(self.title.clone(), BOLD));
        let head: Vec<String> = self
            .columns
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(i, (name, width))| padded(name, *width, i))
            .collect();
        text.push_str(&format!("  {}\n", head.join("  ")));
        for row in &self.rows {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(i, (cell, width))| {
                    let text = padded(&marked(cell), *width, i);
                    match cell.is_met {
                        Some(true) => paint(text, GREEN),
                        Some(false) => paint(text, RED),
                        None => text,
                    }
                })
                .collect();
            text.push_str(&format!("  {}\n", cells.join("  ")));
        }
        text
    }

    /// For a document.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut text = format!("### {}\n\n{}", self.title, line(self.columns.clone()));
        text.push_str(&format!("|---{}|\n", "|--:".repeat(self.columns.len().saturating_sub(1))));
        for row in &self.rows {
            text.push_str(&line(row.iter().map(marked).collect()));
        }
        text
    }
}

fn marked(cell: &Cell) -> String {
    match cell.is_met {
        Some(true) => format!("{} ✓", cell.text),
        Some(false) => format!("{} ✗", cell.text),
        None => cell.text.clone(),
    }
}

fn padded(text: &str, width: usize, column: usize) -> String {
    if column == 0 { format!("{text:<width$}") } else { format!("{text:>width$}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new("Jams", &["share", "found"]);
        table.rows.push(vec![Cell::plain("100 %"), Cell::goal("9 of 9", true)]);
        table.rows.push(vec![Cell::plain("5 %"), Cell::goal("10 of 19", false)]);
        table
    }

    #[test]
    fn columns_line_up_without_colours() {
        let text = table().to_text(false);
        assert_eq!(text, "Jams\n  share       found\n  100 %    9 of 9 ✓\n  5 %    10 of 19 ✗\n");
    }

    #[test]
    fn goals_are_green_or_red_on_a_terminal() {
        let text = table().to_text(true);
        assert!(text.contains("\x1b[32m  9 of 9 ✓\x1b[0m") && text.contains("\x1b[31m"), "{text:?}");
    }

    #[test]
    fn a_document_gets_a_markdown_table() {
        let text = table().to_markdown();
        assert_eq!(
            text,
            "### Jams\n\n| share | found |\n|---|--:|\n| 100 % | 9 of 9 ✓ |\n| 5 % | 10 of 19 ✗ |\n"
        );
    }
}
