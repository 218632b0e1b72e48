//! What in a schedule changes a verdict: the smallest set of picks that does.
//!
//! Spec: none. Picks are dropped until no more can be; those that are left are followed wherever their anchor comes up,
//! since without the others the run may be another one.

use std::collections::BTreeMap;

use choice::{ChoicePoint, Chooser, Divergence, Names, Pick};

/// Picks what is asked for at an anchor, wherever it comes up, and the default everywhere else.
#[derive(Clone, Debug, Default)]
pub(crate) struct AtAnchors(BTreeMap<(String, String), usize>);

impl AtAnchors {
    pub(crate) fn new(picks: &[Pick]) -> Self {
        Self(picks.iter().map(|pick| ((pick.kind.clone(), pick.anchor.clone()), pick.picked)).collect())
    }
}

impl Chooser for AtAnchors {
    fn choose(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        if self.0.is_empty() {
            return Ok(0);
        }
        let key = (point.kind.name().to_owned(), point.anchor.to_text(names));
        Ok(self.0.get(&key).copied().filter(|picked| *picked < point.alternatives.len()).unwrap_or(0))
    }
}

/// Drops picks, first many at once and then one by one, as long as the verdict stays.
pub(crate) fn shrink(picks: &[Pick], stays: &mut dyn FnMut(&[Pick]) -> bool) -> Vec<Pick> {
    let mut kept = picks.to_vec();
    let mut chunk = kept.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        let mut dropped = false;
        while at < kept.len() {
            let mut fewer = kept.clone();
            fewer.drain(at..(at + chunk).min(kept.len()));
            if stays(&fewer) {
                kept = fewer;
                dropped = true;
            } else {
                at += chunk;
            }
        }
        if chunk == 1 && !dropped {
            return kept;
        }
        chunk = chunk.div_ceil(2);
    }
}
