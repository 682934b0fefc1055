"""Prints the coefficients of elementary.h (needs mpmath; run by hand, never by the build).

Each polynomial interpolates its function at the Chebyshev nodes of the interval, which is within a small factor of
the minimax polynomial, in 60 digits; the coefficients are then rounded to the format. The last column is the largest
error relative to the result, over 2,000 points, in exact arithmetic.
"""
import struct

from mpmath import cos, erf, erfc, expm1, fabs, log, lu_solve, matrix, mp, mpf, pi, polyval, sqrt

mp.dps = 60


def rounded(value, binary64):
    """The nearest number of the format, as a float."""
    return float(value) if binary64 else struct.unpack('f', struct.pack('f', float(value)))[0]


def interpolate(function, low, high, degree):
    """Coefficients, constant first, of the polynomial through the Chebyshev nodes of [low, high]."""
    nodes = [(low + high) / 2 + (high - low) / 2 * cos((2 * i + 1) * pi / (2 * degree + 2)) for i in range(degree + 1)]
    system = matrix(degree + 1, degree + 1)
    for i, x in enumerate(nodes):
        for k in range(degree + 1):
            system[i, k] = x**k
    return list(lu_solve(system, matrix([function(x) for x in nodes])))


def show(name, coefficients, binary64, error):
    values = [rounded(c, binary64) for c in coefficients]
    worst = max(fabs(error(values, mpf(i) / 2000)) for i in range(1, 2001))
    print(f'// {name}, {"binary64" if binary64 else "binary32"}, relative error {float(worst):.1e}')
    print(',\n'.join(v.hex() + ('' if binary64 else 'f') for v in values) + '\n')


def evaluate(values, x):
    return polyval([mpf(v) for v in reversed(values)], x)


LN2 = log(mpf(2))


def exponential(degree, binary64):
    """expm1(r) = r + r^2 P(r) for |r| <= ln(2) / 2 (a little more, for the rounding of the reduction)."""
    edge = LN2 / 2 * mpf('1.01')
    series = lambda r: (expm1(r) - r) / r**2 if fabs(r) > mpf(10) ** -15 else mpf(1) / 2 + r / 6
    p = interpolate(series, -edge, edge, degree)
    both = lambda values, u: max((fabs((r + r * r * evaluate(values, r)) / expm1(r) - 1) for r in (edge * u, -edge * u)))
    show('expm1', p, binary64, both)


def error_function_inside(degree, binary64):
    """erf(x) = x + x P(x^2) for |x| < 1."""
    series = lambda s: erf(sqrt(s)) / sqrt(s) - 1 if s > mpf(10) ** -40 else 2 / sqrt(pi) - 1
    p = interpolate(series, mpf(0), mpf(1), degree)
    show('erf inside', p, binary64, lambda v, u: (u + u * evaluate(v, u * u)) / erf(u) - 1)


def error_function_outside(degree, binary64, high):
    """-log(erfc(t)) = P(u), u = t - centre, for 1 <= t <= high: erf(t) = -expm1(-P(u))."""
    centre = mpf(high + 1) / 2
    p = interpolate(lambda u: -log(erfc(u + centre)), 1 - centre, high - centre, degree)
    at = lambda u: 1 + (high - 1) * u
    show(f'erf outside, centre {centre}', p, binary64,
         lambda v, u: -expm1(-evaluate(v, at(u) - centre)) / erf(at(u)) - 1)


for binary64 in (False, True):
    exponential(10 if binary64 else 5, binary64)
    error_function_inside(13 if binary64 else 6, binary64)
    error_function_outside(24 if binary64 else 9, binary64, 6 if binary64 else 4)
for binary64 in (False, True):
    log2e, bits = 1 / LN2, 42 if binary64 else 15
    high = mpf(int(LN2 * 2**bits)) / 2**bits
    print('log2e', rounded(log2e, binary64).hex(), 'ln2 high', rounded(high, binary64).hex(),
          'ln2 low', rounded(LN2 - high, binary64).hex())
