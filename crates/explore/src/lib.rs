//! Schedule files and the samplers that answer choice points.
