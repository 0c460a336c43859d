// SPDX-License-Identifier: Apache-2.0
#include "core/check.h"
#include "core/run/sha256.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

namespace parfocal::sha256_detail {

bool has_sha_instructions() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (b & (1U << 29)) == 0) return false;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_1) != 0 && (c & bit_SSSE3) != 0;
}

namespace {

// Four words of the message schedule from the sixteen before them.
__attribute__((target("sha,sse4.1,ssse3"))) __m128i next_words(__m128i w0, __m128i w4, __m128i w8,
                                                               __m128i w12) {
  const __m128i with_sigma0 = _mm_sha256msg1_epu32(w0, w4);
  const __m128i nine_before = _mm_alignr_epi8(w12, w8, 4);
  return _mm_sha256msg2_epu32(_mm_add_epi32(with_sigma0, nine_before), w12);
}

}  // namespace

__attribute__((target("sha,sse4.1,ssse3"))) void compress_x86(State& state,
                                                              std::span<const std::byte> blocks) {
  PARFOCAL_CHECK(blocks.size() % 64 == 0U);
  const __m128i to_big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  // The instructions want the state as (a b e f) and (c d g h), first letter in the highest word.
  const auto word = [&state](std::size_t i) { return static_cast<int>(state[i]); };
  __m128i abef = _mm_set_epi32(word(0), word(1), word(4), word(5));
  __m128i cdgh = _mm_set_epi32(word(2), word(3), word(6), word(7));

  for (std::size_t at = 0; at < blocks.size(); at += 64) {
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    __m128i w[4];
    for (std::size_t i = 0; i < 16; ++i) {
      // Four rounds with the words 4 i .. 4 i + 3.
      __m128i& now = w[i % 4];
      if (i < 4) {
        const auto* source = reinterpret_cast<const __m128i*>(blocks.data() + at + 16 * i);
        now = _mm_shuffle_epi8(_mm_loadu_si128(source), to_big_endian);
      } else {
        now = next_words(w[i % 4], w[(i + 1) % 4], w[(i + 2) % 4], w[(i + 3) % 4]);
      }
      const auto* constants = reinterpret_cast<const __m128i*>(kRound.data() + 4 * i);
      const __m128i sum = _mm_add_epi32(now, _mm_loadu_si128(constants));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }

  alignas(16) std::uint32_t low[4];
  alignas(16) std::uint32_t high[4];
  _mm_store_si128(reinterpret_cast<__m128i*>(low), abef);
  _mm_store_si128(reinterpret_cast<__m128i*>(high), cdgh);
  state = {low[3], low[2], high[3], high[2], low[1], low[0], high[1], high[0]};
}

}  // namespace parfocal::sha256_detail

#else

namespace parfocal::sha256_detail {

bool has_sha_instructions() { return false; }

void compress_x86(State&, std::span<const std::byte>) { PARFOCAL_CHECK(has_sha_instructions()); }

}  // namespace parfocal::sha256_detail

#endif
