// SPDX-License-Identifier: Apache-2.0
#include "apps/report/style.h"

namespace parfocal::report {

const std::string_view kStyle = R"css(
:root{color-scheme:light dark;--paper:#f7f7f5;--card:#fff;--ink:#1c2024;--soft:#5d666f;--line:#dfe2e4;
--accent:#0b6e75;--good:#1d7a46;--bad:#b3261e;--warn:#8a5a00;--warnbg:#fff6e0;
--c0:#0b6e75;--c1:#c4581a;--c2:#5b4fb3;--c3:#3c7d2c;--c4:#b0306a;--c5:#7a6a10}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1c2024;--ink:#e6e9ec;--soft:#9aa4ae;
--line:#333a41;--accent:#58c3ca;--good:#6ccf94;--bad:#ff8a80;--warn:#f0c36d;--warnbg:#2c2618;
--c0:#58c3ca;--c1:#f29d62;--c2:#a99ff0;--c3:#8fd07c;--c4:#f08ab8;--c5:#d8c85a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif}
main{max-width:1180px;margin:0 auto;padding:32px 24px 64px}
header{border-bottom:1px solid var(--line);padding-bottom:18px;margin-bottom:22px}
h1{font-size:28px;line-height:1.2;margin:0 0 6px;font-weight:650;overflow-wrap:anywhere}
h2{font-size:18px;margin:38px 0 12px;font-weight:650}
p{margin:6px 0}.soft{color:var(--soft)}
.pill{display:inline-block;border-radius:999px;padding:1px 11px;font-size:13px;font-weight:600;
border:1px solid currentColor;vertical-align:middle}
.pill.good{color:var(--good)}.pill.bad{color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(170px,1fr));gap:10px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 14px}
.tile b{display:block;font-size:20px;font-weight:600;font-variant-numeric:tabular-nums}
.tile small{font-size:13px;font-weight:500;color:var(--soft)}.tile span{color:var(--soft);font-size:13px;overflow-wrap:anywhere}
.images{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:16px;align-items:start}
.images figure{max-width:760px}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px}
figcaption{font-size:13px;color:var(--soft);margin-top:8px}
figcaption b{color:var(--ink);font-size:14px;font-weight:600}
.frame{position:relative;overflow:hidden;border-radius:4px;line-height:0;background:#000}
.frame img{width:100%;height:auto;image-rendering:auto;cursor:zoom-in}
.frame svg{position:absolute;left:0;top:0;width:100%;height:100%;pointer-events:none}
figure.zoomed{max-width:none;position:fixed;inset:0;z-index:9;border:0;border-radius:0;padding:16px;
display:flex;flex-direction:column;justify-content:center;background:var(--paper)}
figure.zoomed .frame{flex:1 1 auto;min-height:0;background:none;display:flex;justify-content:center}
figure.zoomed img{width:auto;max-width:100%;height:100%;object-fit:contain;image-rendering:pixelated;
cursor:zoom-out}figure.zoomed .frame svg{display:none}
.bar{display:flex;align-items:center;gap:8px;margin-top:8px;font-size:12px;color:var(--soft);
font-variant-numeric:tabular-nums}
.bar i{flex:1;height:9px;border-radius:2px;border:1px solid var(--line)}
.bar i.grey{background:linear-gradient(90deg,#000,#fff)}
.bar i.sign{background:linear-gradient(90deg,#2c5aa0,#f7f7f7 50%,#b2302a)}
.tools{display:flex;align-items:center;gap:8px;margin-top:6px;font-size:12px;color:var(--soft)}
.tools input{flex:1;accent-color:var(--accent);min-width:60px}
.noscript .tools{display:none}
.curves{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:16px}
.curves figure{max-width:640px}.curves svg{width:100%;height:auto;display:block}
.curves text{fill:var(--soft);font-size:12px}.curves .title{fill:var(--ink);font-weight:600;font-size:13px}
.curves .grid{stroke:var(--line)}.curves .axis{stroke:var(--soft)}
.curves .band{fill:var(--accent);fill-opacity:.18}
.curves polyline{fill:none;stroke-width:2;stroke-linejoin:round}
.s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}
.s3{stroke:var(--c3)}.s4{stroke:var(--c4)}.s5{stroke:var(--c5)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px;background:var(--card);border:1px solid var(--line)}
th,td{padding:5px 12px;text-align:left;border-bottom:1px solid var(--line);vertical-align:top;
overflow-wrap:anywhere}
th{font-weight:600;color:var(--soft);font-size:13px}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th.n{text-align:right}tr:last-child td{border-bottom:0}
td.best{font-weight:700;color:var(--good)}
.variants th:first-child,.variants td:first-child{white-space:nowrap;overflow-wrap:normal;width:1%}
.variants figure{border:0;padding:0;max-width:260px;margin-left:auto}.variants th,.variants td{min-width:150px}
.variants pre{margin:0;white-space:pre-wrap}
code{font:13px/1.45 ui-monospace,"SF Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
.note{border-left:4px solid var(--accent);background:var(--card);padding:10px 16px;margin:14px 0;
border-radius:0 8px 8px 0}.note.warn{border-color:var(--warn);background:var(--warnbg)}
details{margin-top:10px}summary{cursor:pointer;font-weight:600}
footer{margin-top:46px;border-top:1px solid var(--line);padding-top:12px;color:var(--soft);font-size:13px}
@media print{body{background:#fff;color:#000;font-size:11pt}main{max-width:none;padding:0}
.tools{display:none}figure,.tile,table,tr{break-inside:avoid}h2{break-after:avoid}
.images{grid-template-columns:repeat(2,1fr)}details{display:block}}
)css";

const std::string_view kScript = R"js(
document.documentElement.classList.remove("noscript");
for (const figure of document.querySelectorAll("figure")) {
  const image = figure.querySelector("img");
  if (!image) continue;
  const toggle = () => figure.classList.toggle("zoomed");
  image.addEventListener("click", toggle);
  image.addEventListener("keydown", (event) => { if (event.key === "Enter") toggle(); });
  const slider = figure.querySelector("input");
  if (slider) slider.addEventListener("input", () => {
    image.style.filter = "brightness(" + Math.pow(2, slider.value) + ")";
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const figure of document.querySelectorAll(".zoomed")) figure.classList.remove("zoomed");
});
)js";

}  // namespace parfocal::report
