//! Lanes of integers, eight bytes of them at a time.
//!
//! Spec: core specification, "Integer Operations", on lanes of `BITS` bits (8, 16 or 32) that lie side by side in 64
//! bits. Carries are kept inside a lane by treating its top bit apart, so nothing depends on vector registers; the
//! compiler uses them all the same, because both halves of a vector go the same way. Lanes of 64 bits need no help
//! from here.

/// The lowest bit of every lane.
pub(super) const fn low<const BITS: u32>() -> u64 {
    u64::MAX / (u64::MAX >> (64 - BITS))
}

/// The top bit of every lane.
pub(super) const fn top<const BITS: u32>() -> u64 {
    low::<BITS>() << (BITS - 1)
}

/// Lanes of ones where the top bit of a lane is set; the other bits are zero.
#[inline(always)]
pub(super) const fn spread<const BITS: u32>(tops: u64) -> u64 {
    (tops << 1).wrapping_sub(tops >> (BITS - 1))
}

/// The lanes of `x` where the mask has ones, and of `y` where it has zeros.
#[inline(always)]
pub(super) const fn select(mask: u64, x: u64, y: u64) -> u64 {
    y ^ ((x ^ y) & mask)
}

/// *Spec: core specification, `iadd`.*
#[inline(always)]
pub(super) const fn add<const BITS: u32>(x: u64, y: u64) -> u64 {
    let top = top::<BITS>();
    (x & !top).wrapping_add(y & !top) ^ ((x ^ y) & top)
}

/// *Spec: core specification, `isub`.*
#[inline(always)]
pub(super) const fn sub<const BITS: u32>(x: u64, y: u64) -> u64 {
    let top = top::<BITS>();
    (x | top).wrapping_sub(y & !top) ^ ((x ^ !y) & top)
}

/// *Spec: core specification, `ineg`.*
#[inline(always)]
pub(super) const fn neg<const BITS: u32>(x: u64) -> u64 {
    sub::<BITS>(0, x)
}

/// *Spec: core specification, `iabs`.*
#[inline(always)]
pub(super) const fn abs<const BITS: u32>(x: u64) -> u64 {
    let sign = spread::<BITS>(x & top::<BITS>());
    sub::<BITS>(x ^ sign, sign)
}

/// The top bits of the lanes that are not zero.
#[inline(always)]
pub(super) const fn nonzero_tops<const BITS: u32>(x: u64) -> u64 {
    let top = top::<BITS>();
    ((x & !top).wrapping_add(!top) | x) & top
}

/// The top bits of the lanes in which `x` is less than `y`.
#[inline(always)]
const fn lt_u_tops<const BITS: u32>(x: u64, y: u64) -> u64 {
    ((!x & y) | (!(x ^ y) & sub::<BITS>(x, y))) & top::<BITS>()
}

/// *Spec: core specification, `ieq`.*
#[inline(always)]
pub(super) const fn eq<const BITS: u32>(x: u64, y: u64) -> u64 {
    !ne::<BITS>(x, y)
}

/// *Spec: core specification, `ine`.*
#[inline(always)]
pub(super) const fn ne<const BITS: u32>(x: u64, y: u64) -> u64 {
    spread::<BITS>(nonzero_tops::<BITS>(x ^ y))
}

/// *Spec: core specification, `ilt_u`.*
#[inline(always)]
pub(super) const fn lt_u<const BITS: u32>(x: u64, y: u64) -> u64 {
    spread::<BITS>(lt_u_tops::<BITS>(x, y))
}

/// *Spec: core specification, `ilt_s`.*
#[inline(always)]
pub(super) const fn lt_s<const BITS: u32>(x: u64, y: u64) -> u64 {
    lt_u::<BITS>(x ^ top::<BITS>(), y ^ top::<BITS>())
}

/// *Spec: core specification, `igt_u`.*
#[inline(always)]
pub(super) const fn gt_u<const BITS: u32>(x: u64, y: u64) -> u64 {
    lt_u::<BITS>(y, x)
}

/// *Spec: core specification, `igt_s`.*
#[inline(always)]
pub(super) const fn gt_s<const BITS: u32>(x: u64, y: u64) -> u64 {
    lt_s::<BITS>(y, x)
}

/// *Spec: core specification, `ile_u`.*
#[inline(always)]
pub(super) const fn le_u<const BITS: u32>(x: u64, y: u64) -> u64 {
    !lt_u::<BITS>(y, x)
}

/// *Spec: core specification, `ile_s`.*
#[inline(always)]
pub(super) const fn le_s<const BITS: u32>(x: u64, y: u64) -> u64 {
    !lt_s::<BITS>(y, x)
}

/// *Spec: core specification, `ige_u`.*
#[inline(always)]
pub(super) const fn ge_u<const BITS: u32>(x: u64, y: u64) -> u64 {
    !lt_u::<BITS>(x, y)
}

/// *Spec: core specification, `ige_s`.*
#[inline(always)]
pub(super) const fn ge_s<const BITS: u32>(x: u64, y: u64) -> u64 {
    !lt_s::<BITS>(x, y)
}

/// *Spec: core specification, `imin_u`.*
#[inline(always)]
pub(super) const fn min_u<const BITS: u32>(x: u64, y: u64) -> u64 {
    select(lt_u::<BITS>(x, y), x, y)
}

/// *Spec: core specification, `imin_s`.*
#[inline(always)]
pub(super) const fn min_s<const BITS: u32>(x: u64, y: u64) -> u64 {
    select(lt_s::<BITS>(x, y), x, y)
}

/// *Spec: core specification, `imax_u`.*
#[inline(always)]
pub(super) const fn max_u<const BITS: u32>(x: u64, y: u64) -> u64 {
    select(lt_u::<BITS>(x, y), y, x)
}

/// *Spec: core specification, `imax_s`.*
#[inline(always)]
pub(super) const fn max_s<const BITS: u32>(x: u64, y: u64) -> u64 {
    select(lt_s::<BITS>(x, y), y, x)
}

/// *Spec: core specification, `iadd_sat_u`.*
#[inline(always)]
pub(super) const fn add_sat_u<const BITS: u32>(x: u64, y: u64) -> u64 {
    let sum = add::<BITS>(x, y);
    let carry = ((x & y) | ((x | y) & !sum)) & top::<BITS>();
    sum | spread::<BITS>(carry)
}

/// *Spec: core specification, `isub_sat_u`.*
#[inline(always)]
pub(super) const fn sub_sat_u<const BITS: u32>(x: u64, y: u64) -> u64 {
    sub::<BITS>(x, y) & !lt_u::<BITS>(x, y)
}

/// The limit on the side of each lane's sign: the largest number, or the smallest for lanes below zero.
#[inline(always)]
const fn limit<const BITS: u32>(x: u64) -> u64 {
    let top = top::<BITS>();
    ((x & top) >> (BITS - 1)).wrapping_add(!top)
}

/// *Spec: core specification, `iadd_sat_s`.*
#[inline(always)]
pub(super) const fn add_sat_s<const BITS: u32>(x: u64, y: u64) -> u64 {
    let sum = add::<BITS>(x, y);
    let overflow = !(x ^ y) & (x ^ sum) & top::<BITS>();
    select(spread::<BITS>(overflow), limit::<BITS>(x), sum)
}

/// *Spec: core specification, `isub_sat_s`.*
#[inline(always)]
pub(super) const fn sub_sat_s<const BITS: u32>(x: u64, y: u64) -> u64 {
    let difference = sub::<BITS>(x, y);
    let overflow = (x ^ y) & (x ^ difference) & top::<BITS>();
    select(spread::<BITS>(overflow), limit::<BITS>(x), difference)
}

/// *Spec: core specification, `iavgr_u`.*
#[inline(always)]
pub(super) const fn avgr_u<const BITS: u32>(x: u64, y: u64) -> u64 {
    (x | y).wrapping_sub(((x ^ y) >> 1) & !top::<BITS>())
}

/// *Spec: core specification, `ipopcnt`, on lanes of 8 bits.*
#[inline(always)]
pub(super) const fn popcnt(x: u64) -> u64 {
    let pairs = x.wrapping_sub((x >> 1) & 0x5555_5555_5555_5555);
    let nibbles = (pairs & 0x3333_3333_3333_3333).wrapping_add((pairs >> 2) & 0x3333_3333_3333_3333);
    nibbles.wrapping_add(nibbles >> 4) & 0x0f0f_0f0f_0f0f_0f0f
}

/// *Spec: core specification, `ishl`.* The distance is less than `BITS`.
#[inline(always)]
pub(super) const fn shl<const BITS: u32>(x: u64, distance: u32) -> u64 {
    (x & low::<BITS>().wrapping_mul((u64::MAX >> (64 - BITS)) >> distance)) << distance
}

/// *Spec: core specification, `ishr_u`.* The distance is less than `BITS`.
#[inline(always)]
pub(super) const fn shr_u<const BITS: u32>(x: u64, distance: u32) -> u64 {
    (x >> distance) & low::<BITS>().wrapping_mul((u64::MAX >> (64 - BITS)) >> distance)
}

/// *Spec: core specification, `ishr_s`.* The distance is less than `BITS`.
#[inline(always)]
pub(super) const fn shr_s<const BITS: u32>(x: u64, distance: u32) -> u64 {
    let kept = low::<BITS>().wrapping_mul((u64::MAX >> (64 - BITS)) >> distance);
    select(kept, x >> distance, spread::<BITS>(x & top::<BITS>()))
}

/// The lanes of half the size in four bytes, each extended by zeros.
#[inline(always)]
pub(super) const fn extend_u<const BITS: u32>(x: u64) -> u64 {
    let x = x & 0xffff_ffff;
    match BITS {
        16 => {
            let pairs = (x | x << 16) & 0x0000_ffff_0000_ffff;
            (pairs | pairs << 8) & 0x00ff_00ff_00ff_00ff
        }
        32 => (x | x << 16) & 0x0000_ffff_0000_ffff,
        _ => x,
    }
}

/// Extends the sign of the lower half of every lane, whose upper half is zero.
#[inline(always)]
pub(super) const fn extend_sign<const BITS: u32>(x: u64) -> u64 {
    let sign = low::<BITS>() << (BITS / 2 - 1);
    sub::<BITS>(x ^ sign, sign)
}

/// The lower halves of the lanes, in four bytes.
#[inline(always)]
pub(super) const fn truncate<const BITS: u32>(x: u64) -> u64 {
    let x = x & low::<BITS>().wrapping_mul(u64::MAX >> (64 - BITS / 2));
    let x = if BITS == 16 { (x | x >> 8) & 0x0000_ffff_0000_ffff } else { x };
    (x | x >> 16) & 0xffff_ffff
}

/// *Spec: core specification, `narrow_s`, on the lanes of a half, the results in four bytes.*
#[inline(always)]
pub(super) const fn narrow_s<const BITS: u32>(x: u64) -> u64 {
    let high = low::<BITS>().wrapping_mul((1 << (BITS / 2 - 1)) - 1);
    truncate::<BITS>(max_s::<BITS>(min_s::<BITS>(x, high), !high))
}

/// *Spec: core specification, `narrow_u`, on the lanes of a half, the results in four bytes.*
#[inline(always)]
pub(super) const fn narrow_u<const BITS: u32>(x: u64) -> u64 {
    let high = low::<BITS>().wrapping_mul((1 << (BITS / 2)) - 1);
    truncate::<BITS>(max_s::<BITS>(min_s::<BITS>(x, high), 0))
}

/// *Spec: core specification, `imul`, on lanes of 16 bits.*
#[inline(always)]
pub(super) const fn mul_16(x: u64, y: u64) -> u64 {
    let low = 0xffff;
    let (x1, y1) = ((x >> 16) & low, (y >> 16) & low);
    let (x2, y2) = ((x >> 32) & low, (y >> 32) & low);
    let (x3, y3) = (x >> 48, y >> 48);
    let products = [(x & low).wrapping_mul(y & low), x1.wrapping_mul(y1), x2.wrapping_mul(y2), x3.wrapping_mul(y3)];
    (products[0] & low) | (products[1] & low) << 16 | (products[2] & low) << 32 | products[3] << 48
}

/// *Spec: core specification, `imul`, on lanes of 32 bits.*
#[inline(always)]
pub(super) const fn mul_32(x: u64, y: u64) -> u64 {
    let low = 0xffff_ffff;
    ((x & low).wrapping_mul(y & low) & low) | (x >> 32).wrapping_mul(y >> 32) << 32
}

/// The products of the lower lane of each pair of lanes of 16 bits, in 32 bits; the lanes stand for numbers that are
/// smaller by 2^15.
#[inline(always)]
const fn signed_products(x: u64, y: u64) -> u64 {
    let (x, y) = (x & 0x0000_ffff_0000_ffff, y & 0x0000_ffff_0000_ffff);
    // (x - 2^15) (y - 2^15) = x y - 2^15 (x + y) + 2^30; of the sum, the lowest 17 bits count.
    let sum = ((x + y) & 0x0001_ffff_0001_ffff) << 15;
    add::<32>(sub::<32>(mul_32(x, y), sum), 0x4000_0000_4000_0000)
}

/// *Spec: core specification, `iq15mulrsat_s`, on lanes of 16 bits.*
#[inline(always)]
pub(super) const fn q15mulr_sat_s(x: u64, y: u64) -> u64 {
    let (x, y) = (x ^ top::<16>(), y ^ top::<16>());
    let half = 0x0000_4000_0000_4000;
    let even = add::<32>(signed_products(x, y), half);
    let odd = add::<32>(signed_products(x >> 16, y >> 16), half);
    let rounded = ((even >> 15) & 0x0000_ffff_0000_ffff) | (odd << 1) & 0xffff_0000_ffff_0000;
    // Only the square of the smallest number gives 2^15, and nothing gives -2^15.
    add::<16>(rounded, eq::<16>(rounded, top::<16>()))
}

/// *Spec: core specification, `ivdot`, on lanes of 16 bits.*
#[inline(always)]
pub(super) const fn dot_s(x: u64, y: u64) -> u64 {
    let (x, y) = (x ^ top::<16>(), y ^ top::<16>());
    add::<32>(signed_products(x, y), signed_products(x >> 16, y >> 16))
}
