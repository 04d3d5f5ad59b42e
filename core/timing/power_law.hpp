// Power laws through measured times: t = c L^b.
#pragma once

#include <optional>
#include <span>

#include "core/base/matrix.hpp"

namespace attnscope {

/// Times (or anything positive) over lengths, positive and ascending, no two equal; as many of both. Everything below
/// is about curves whose logarithms are finite.
struct TimeCurve {
    std::span<const double> lengths, seconds;
};

struct PowerLaw {
    double exponent = 0, low = 0, high = 0;  // b, and its 95 % confidence interval
    double log_factor = 0;                   // ln c
    double residual = 0;  // standard deviation of ln t about the line, of points - 2 degrees of freedom
    Index points = 0;     // of the curve's end, that the fit was made of
    double from = 0;      // the shortest length among them

    double at(double length) const;  // c length^b
};

/// Student's t that |T| stays below with 95 % probability (the 0.975 quantile), for 1 or more degrees of freedom. From
/// the distribution's closed form for whole degrees (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4), by bisection:
/// exact to 1e-9 of itself for up to 1e5 degrees. O(degrees).
double student_t_95(Index degrees);

/// Least squares of ln t over ln L through the points of the asymptotic range (see below), with Student's t for the
/// interval: ordinary ones, that take the range as given and the deviations as independent and equally spread. Nothing
/// of fewer than three points in it. O(n^2).
std::optional<PowerLaw> fit_power_law(const TimeCurve& curve);

/// A 95 % prediction interval of one more measurement, at another length x_0 = ln length:
/// ln t = y_0 +- t s sqrt(1 + 1/n + (x_0 - mean x)^2 / Sxx), s the residual, of the n points of the fit.
struct Prediction {
    double value = 0, low = 0, high = 0;  // seconds
};
/// The fit that fit_power_law() made of this same curve.
Prediction predict(const PowerLaw& fit, const TimeCurve& curve, double length);

/// Index of the first point of the asymptotic range: overheads make short inputs' times grow less than the law. The
/// longest end of the curve, of at least `least` points (or all, if there are fewer), whose slopes between neighbours
/// nowhere differ by more than `tolerance` from the slope of the fit through that end. If there is no such end, since
/// a point among the last was disturbed, the longer half of the points. The neighbour of a point is the next one at
/// least 1.5 times as long: between closer ones the slope would be that of the noise.
Index asymptotic_begin(const TimeCurve& curve, Index least = 4, double tolerance = 0.35);

/// The length where curve a becomes slower than b for good, by straight lines in ln-ln between measured points: after
/// it a is slower up to the end of the range of lengths that both cover. Nothing where a is not slower at that end or
/// nowhere faster before. Lengths need not be the same: each curve is interpolated within its own range.
std::optional<double> crossover(const TimeCurve& a, const TimeCurve& b);
/// The same by two fits, beyond what was measured; nothing where a's exponent is not the greater one, or the crossing
/// lies before `from` or beyond any number.
std::optional<double> crossover(const PowerLaw& a, const PowerLaw& b, double from);

}  // namespace attnscope
