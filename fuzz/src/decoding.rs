//! Any bytes into decode, with every feature and with the defaults: no panic, and what is decoded can be laid out.
//!
//! Memory is bounded by the fuzzer's own limits.

use decode::{Feature, Features};
use runtime::Program;
use syntax::revision::SpecRevision;

/// Every switch that can be on.
pub fn all_features() -> Features {
    let on = Feature::all().filter(|feature| feature.is_supported());
    on.fold(Features::default(), |features, feature| features.with(feature, true).expect("it is supported"))
}

/// Decodes the bytes as a module and as a component.
pub fn check(data: &[u8]) {
    for features in [all_features(), Features::default()] {
        if let Err(error) = decode::module(data, &features) {
            assert!(!error.to_string().is_empty(), "errors say what is wrong");
        }
        let mut program = Program::new(SpecRevision::default());
        match decode::component(data, &features, &mut program.definitions) {
            Ok(_) => program.extend(),
            Err(error) => {
                assert!(!error.to_string().is_empty(), "errors say what is wrong");
                let definitions = &program.definitions;
                let left = definitions.components.len() + definitions.modules.len();
                assert_eq!(left, 0, "errors leave nothing behind");
            }
        }
    }
}
