/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_err.c - codes, their names and texts; the version. */
#include "t.h"

#include <errno.h>
#include <leat.h>

static const int codes[] = {
#define CODE(name, value, text) LEAT_##name,
    LEAT_ERR_MAP(CODE)
#undef CODE
};
enum { CODES = (int)(sizeof codes / sizeof codes[0]) };

START_TEST(every_code_is_negative_and_unlike_the_others)
{
    ck_assert_int_lt(codes[_i], 0);
    for (int j = 0; j < CODES; j++)
        ck_assert(j == _i || codes[j] != codes[_i]);
}
END_TEST

START_TEST(every_code_has_its_name_and_text)
{
    static const char *const names[] = {
#define NAME(name, value, text) "LEAT_" #name,
        LEAT_ERR_MAP(NAME)
#undef NAME
    };
    static const char *const texts[] = {
#define TEXT(name, value, text) text,
        LEAT_ERR_MAP(TEXT)
#undef TEXT
    };
    ck_assert_str_eq(leat_err_name(codes[_i]), names[_i]);
    ck_assert_str_eq(leat_err_text(codes[_i]), texts[_i]);
}
END_TEST

START_TEST(posix_words_keep_their_numbers)
{
    ck_assert_int_eq(LEAT_EAGAIN, -EAGAIN);
    ck_assert_int_eq(LEAT_ETIMEDOUT, -ETIMEDOUT);
    ck_assert_int_eq(LEAT_ECANCELED, -ECANCELED);
    ck_assert_int_eq(LEAT_ENOMEM, -ENOMEM);
    ck_assert_int_eq(LEAT_EMFILE, -EMFILE);
    ck_assert_int_eq(LEAT_EINVAL, -EINVAL);
    ck_assert_int_lt(LEAT_ECLOSED, -4095);
}
END_TEST

START_TEST(zero_and_above_is_success)
{
    static const int good[] = {0, 1, 4096, INT32_MAX};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ck_assert_str_eq(leat_err_name(good[i]), "LEAT_OK");
        ck_assert_str_eq(leat_err_text(good[i]), "success");
    }
}
END_TEST

START_TEST(what_is_not_a_code_is_unknown)
{
    static const int odd[] = {-4095, -100000, INT32_MIN};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        ck_assert_str_eq(leat_err_name(odd[i]), "LEAT_EUNKNOWN");
        ck_assert_str_eq(leat_err_text(odd[i]), "unknown code");
    }
}
END_TEST

START_TEST(library_and_header_are_of_one_version)
{
    ck_assert_int_eq(leat_version(), LEAT_VERSION);
    ck_assert_int_eq(leat_version() / 10000, LEAT_VERSION_MAJOR);
    ck_assert_int_eq(leat_version() / 100 % 100, LEAT_VERSION_MINOR);
    ck_assert_int_eq(leat_version() % 100, LEAT_VERSION_PATCH);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("err");
    tcase_add_loop_test(tc, every_code_is_negative_and_unlike_the_others, 0,
                        CODES);
    tcase_add_loop_test(tc, every_code_has_its_name_and_text, 0, CODES);
    tcase_add_test(tc, posix_words_keep_their_numbers);
    tcase_add_test(tc, zero_and_above_is_success);
    tcase_add_test(tc, what_is_not_a_code_is_unknown);
    tcase_add_test(tc, library_and_header_are_of_one_version);
    return t_run(tc);
}
