//! Tells the crate whether the compiler makes jumps of calls at the end of functions: it does when it optimizes for speed, on
//! the machines named here. Elsewhere handlers do not call each other by default; see `Dispatch`.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(chained)");
    let is = |name: &str, values: &[&str]| std::env::var(name).is_ok_and(|value| values.contains(&value.as_str()));
    if is("OPT_LEVEL", &["2", "3"]) && is("CARGO_CFG_TARGET_ARCH", &["x86_64", "aarch64"]) {
        println!("cargo::rustc-cfg=chained");
    }
}
