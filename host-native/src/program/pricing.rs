//! `tokenwire pricing check`.

use tokenwire::core::date::Date;
use tokenwire::core::pricing::PriceTable;

use super::arguments::CheckOptions;
use super::console::{put, tell_line};
use super::{Fault, exit_code, prices};

/// Prints ages and warnings; the code is 1 if any list is too old.
pub(crate) fn main(options: &CheckOptions) -> Result<u8, Fault> {
    let today = match options.today {
        Some(today) => today,
        None => Date::of(prices::now()?),
    };
    let mut tables = vec![PriceTable::embedded()];
    for file in &options.prices.files {
        tables.push(prices::table(file)?);
    }
    let mut all = Findings::default();
    tables.iter().for_each(|table| all.add(table, today, options));
    // The code tells it where nobody reads.
    let _ = put(&(all.ages + &all.warnings));
    if all.too_old == 0 {
        return Ok(0);
    }
    let (count, limit) = (all.too_old, options.max_age);
    tell_line(&format!("tokenwire: price lists that are more than {limit} days old: {count}"));
    Ok(exit_code::OLD_PRICES)
}

/// What was found, in lines.
#[derive(Debug, Default)]
struct Findings {
    ages: String,
    warnings: String,
    too_old: usize,
}

impl Findings {
    fn add(&mut self, table: &PriceTable, today: Date, options: &CheckOptions) {
        for age in table.ages(today) {
            let passes = age.is_within(options.max_age);
            self.too_old += usize::from(!passes);
            self.ages.push_str(&format!("{age}{}\n", if passes { "" } else { ": too old" }));
        }
        for warning in table.warnings(today, options.soon) {
            self.warnings.push_str(&format!("warning: {warning}\n"));
        }
    }
}
