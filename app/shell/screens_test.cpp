#include "app/shell/screens.hpp"

#include <gtest/gtest.h>

namespace attnscope {

TEST(Screens, OneScreenHasTheLessonAndNoNotes) {
    const std::vector<Rect> one{Rect::sized({0, 0}, 1920, 1080)};
    EXPECT_EQ(lecture_screens(one).lesson, 0U);
    EXPECT_EQ(lecture_screens(one).notes, std::nullopt);
}

TEST(Screens, AProjectorBesideHasTheLessonAndThePrimaryTheNotes) {
    for (const Vec2 place : {Vec2{1920, 0}, Vec2{-1024, 0}, Vec2{0, -768}}) {
        const std::vector<Rect> two{Rect::sized({0, 0}, 1920, 1080), Rect::sized(place, 1024, 768)};
        EXPECT_EQ(lecture_screens(two).lesson, 1U);
        EXPECT_EQ(lecture_screens(two).notes, 0U);
    }
}

TEST(Screens, AMirroredProjectorHasNoRoomForNotes) {
    const std::vector<Rect> mirrored{Rect::sized({0, 0}, 1920, 1080), Rect::sized({0, 0}, 1024, 768)};
    EXPECT_EQ(lecture_screens(mirrored).lesson, 0U);
    EXPECT_EQ(lecture_screens(mirrored).notes, std::nullopt);
    const std::vector<Rect> three{Rect::sized({0, 0}, 1920, 1080), Rect::sized({1920, 0}, 1024, 768),
                                  Rect::sized({0, 0}, 1920, 1080)};
    EXPECT_EQ(lecture_screens(three).lesson, 1U) << "the last that stands beside the primary";
}

}  // namespace attnscope
