//! The embedded price tables: that they are of the data beside them, and who has one.

use std::path::Path;

use tokenwire::Dialect;
use tokenwire::core::pricing::PriceTable;
use tokenwire_tests::price_tables::{FILES, packed};

#[test]
fn embedded_tables_are_of_todays_data() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core");
    for (file, tables) in FILES {
        let embedded = std::fs::read(core.join("src/pricing").join(file)).expect(file);
        let fresh = packed(&core, tables).expect(file);
        assert!(embedded == fresh, "{file} is of other data: cargo run -p tokenwire-tests --bin pack_prices");
    }
}

#[test]
fn every_dialects_price_list_is_embedded() {
    let table = PriceTable::embedded();
    let lists: Vec<_> = table.providers().iter().map(|provider| provider.id()).collect();
    for dialect in Dialect::ALL.iter().filter(|dialect| !dialect.price_list.is_empty()) {
        assert!(lists.contains(&dialect.price_list), "{}: {}", dialect.name, dialect.price_list);
    }
}
