// SPDX-License-Identifier: Apache-2.0
#include "apps/report/html.h"

#include <fmt/format.h>

#include <cmath>
#include <span>

#include "apps/report/style.h"
#include "core/run/base64.h"
#include "core/run/sha256.h"

namespace parfocal::report {

std::string escape(std::string_view text) {
  std::string result;
  result.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default: {
        const auto code = static_cast<unsigned char>(c);
        const bool forbidden = code == 0x7f || (code < 0x20 && c != '\n' && c != '\t');
        result += forbidden ? std::string("\xEF\xBF\xBD") : std::string(1, c);
      }
    }
  }
  return result;
}

std::string short_number(double value) {
  const bool whole = std::abs(value) < 1e9 && value == std::floor(value);
  return whole ? fmt::format("{:.0f}", value) : fmt::format("{:.6g}", value);
}

std::string page(std::string_view title, std::string_view body) {
  Sha256 hash;
  hash.update(kScript);
  const Sha256::Digest digest = hash.finish();
  const std::string script_hash = base64_encode(std::as_bytes(std::span(digest)));
  std::string text = "<!DOCTYPE html>\n<html lang=\"en\" class=\"noscript\">\n<head>\n";
  text += "<meta charset=\"utf-8\">\n";
  text += fmt::format(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
      "style-src 'unsafe-inline'; script-src 'sha256-{}'\">\n",
      script_hash);
  text += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  // An empty icon keeps browsers from asking for one.
  text += "<link rel=\"icon\" href=\"data:,\">\n";
  text += fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n",
                      escape(title), kStyle);
  text += body;
  text += fmt::format("</main>\n<script>{}</script>\n</body>\n</html>\n", kScript);
  return text;
}

}  // namespace parfocal::report
