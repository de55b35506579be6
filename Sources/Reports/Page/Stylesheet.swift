/// CSS of the page, in colours after Okabe and Ito, which differ under colour blindness.
enum Stylesheet {
  static func rules(experts: Int) -> String {
    let fills = (0..<experts).map {
      let color = Ramp.color($0, of: experts)
      return ".e\($0){fill:\(color)}.b\($0){background:\(color)}"
    }
    let shades = (1...9).map { ".h\($0){background:rgb(var(--cold)/\($0 * 9)%)}" }
    let widths = (0...9).map { ".w\($0){background:rgb(var(--warm)/\($0 * 7 + 3)%)}" }
    return base + charts + tables + narrow + print + (fills + shades + widths).joined()
  }

  private static let base = """
    :root{color-scheme:light dark;--page:#fbfbfa;--card:#fff;--ink:#1b1f24;--soft:#59616b;--edge:#dfe2e6;
    --grid:#e9ebee;--routed:#0072b2;--oracle:#00805f;--expert:#4b5159;--fixed:#c47f00;--random:#b5528a;
    --quantized:#d55e00;--cold:0 114 178;--warm:226 130 0;--alert:#fff4e0;--alertedge:#e69f00}
    @media(prefers-color-scheme:dark){:root{--page:#111417;--card:#181c20;--ink:#e8eaed;--soft:#a5adb6;
    --edge:#31373e;--grid:#272c32;--routed:#56b4e9;--oracle:#2fc59b;--expert:#b9c0c8;--fixed:#f0b429;
    --random:#e08fbd;--quantized:#ff8a4c;--cold:62 140 200;--warm:190 110 10;--alert:#2c2412;--alertedge:#e69f00}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:1240px;padding:20px 24px 40px;background:var(--page);color:var(--ink);
    font:16px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
    h1{font-size:30px;line-height:1.2;margin:0;overflow-wrap:anywhere}
    h2{font-size:20px;line-height:1.3;margin:0 0 8px}h3{font-size:15px;margin:14px 0 6px;overflow-wrap:anywhere}
    p{margin:0 0 12px;max-width:75ch;overflow-wrap:anywhere}
    .kind{margin:0;color:var(--soft);font-size:14px}
    .verdict{font-size:19px;line-height:1.4;margin:6px 0 12px;max-width:80ch}
    .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px 24px;margin:0 0 16px;
    padding:10px 0;border-top:1px solid var(--edge);border-bottom:1px solid var(--edge);font-size:14px;line-height:1.4}
    .facts .wide{grid-column:1/-1}.facts dt{color:var(--soft);font-size:13px}.facts dd{margin:0;overflow-wrap:anywhere}
    .warnings{background:var(--alert);border-left:4px solid var(--alertedge);border-radius:4px;padding:10px 14px;
    margin:0 0 16px;font-size:14.5px}.warnings ul{margin:4px 0 0;padding-left:20px}.warnings li{overflow-wrap:anywhere}
    main{display:flex;flex-wrap:wrap;gap:16px}
    section{flex:1 1 100%;min-width:0;background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:18px 20px}section.narrow{flex:1 1 330px;display:flex;flex-direction:column}
    section.narrow figure{margin-top:auto}#sizes figure{margin-top:8px}
    figure{margin:0}figcaption{color:var(--soft);font-size:14px;line-height:1.45;max-width:70ch}
    details{margin-top:12px}summary{cursor:pointer;color:var(--routed);font-size:15px;padding:4px 0}
    :focus-visible{outline:3px solid var(--routed);outline-offset:2px;border-radius:2px}
    footer{margin-top:16px;color:var(--soft);font-size:13px}
    .pair{display:grid;grid-template-columns:680fr 460fr;gap:12px 28px;align-items:start}
    .pair.even{grid-template-columns:1fr 1fr}.pair>*{min-width:0}

    """

  private static let charts = """
    svg{display:block;width:100%;height:auto;font-size:12px}
    svg.wide,svg.side{font-size:11px}svg.wide .a,svg.side .a{font-size:11.5px}
    svg.full{max-width:860px;font-size:9px}svg.full .a{font-size:9.5px}
    svg.half{max-width:560px}svg.panel{max-width:300px}svg text{fill:var(--ink)}
    svg .l{paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round}
    .t,.a{fill:var(--soft)!important}.a{font-size:13px}.y{text-anchor:end;dominant-baseline:central}
    .m{text-anchor:middle}.e{text-anchor:end}
    .g{stroke:var(--grid);fill:none}.x{stroke:var(--soft);fill:none}
    .line{fill:none;stroke-width:2.2}.line.oracle{stroke-dasharray:7 4}.line.expert{stroke-dasharray:2 4;stroke-width:1.8}
    .curve{fill:none;stroke-width:2}.dots{stroke:var(--card);stroke-width:1}
    .chance{fill:none;stroke:var(--soft);stroke-width:1.5;stroke-dasharray:5 4}
    .line.routed{stroke:var(--routed)}.line.oracle{stroke:var(--oracle)}.line.expert{stroke:var(--expert)}
    .mark{stroke:var(--card);stroke-width:1.2}.mark.routed,.bar.routed{fill:var(--routed)}.mark.oracle{fill:var(--oracle)}
    .mark.expert{fill:var(--expert)}.mark.fixed{fill:var(--fixed)}
    .mark.random{fill:none;stroke:var(--random);stroke-width:2.4}
    .mark.quantized{fill:none;stroke:var(--quantized);stroke-width:2.2}
    .stack rect{stroke:var(--card);stroke-width:1}
    .whisker{stroke:var(--soft);fill:none}.box{fill:var(--routed);opacity:.55}.median{stroke:var(--ink);stroke-width:2;fill:none}
    .panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(215px,1fr));gap:8px 20px}.panels h3{margin:4px 0 2px}
    .legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;margin:0 0 8px;padding:0;font-size:14px}
    .legend li{white-space:nowrap}
    .swatch{display:inline-block;width:13px;height:13px;border-radius:2px;margin-right:6px;vertical-align:-1px}

    """

  private static let tables = """
    .scroll{overflow-x:auto}table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
    .figures th,.figures td{padding:4px 18px 4px 0;text-align:right;white-space:nowrap;border-bottom:1px solid var(--edge)}
    .figures thead th{color:var(--soft);font-weight:400}.figures tbody th{font-weight:500}
    .figures th:first-child{text-align:left;white-space:pre}
    .heats{display:flex;flex-wrap:wrap;gap:18px 30px;margin-top:8px}.heats .scroll{max-width:100%}
    .heat{font-size:12.5px}.heat caption{text-align:left;font-weight:600;padding-bottom:4px}
    .heat td,.heat th{padding:3px 6px;text-align:right;min-width:34px;font-weight:400}.heat th{color:var(--soft)}
    .cards{list-style:none;display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:10px 24px;margin:0;padding:0}
    .cards li{display:flex;flex-direction:column;border-left:3px solid var(--routed);padding-left:12px}
    .cards strong{font-size:19px}.cards span{color:var(--soft);font-size:14px}
    .passage{max-width:none;line-height:1.9;white-space:pre-wrap}.tk{padding:2px 0;border-radius:2px}
    .scale{font-size:14px;color:var(--soft)}

    """

  /// Rules for phones: a wide drawing is half as large there, so its letters are larger.
  private static let narrow = """
    @media(max-width:760px){body{padding:16px 12px}h1{font-size:24px}.verdict{font-size:17px}
    .pair,.pair.even{grid-template-columns:minmax(0,1fr)}section{padding:14px 12px}
    svg.wide text,svg.wide .a{font-size:18px}svg.wide .l.routed{font-size:17px}
    svg.wide .l:not(.e):not(.routed){display:none}svg.side text,svg.side .a{font-size:12.5px}svg.half text{font-size:13px}svg.full text,svg.full .a{font-size:14px}
    .facts{grid-template-columns:1fr}}

    """

  /// Rules for paper: collapsed details are shown below their summary.
  private static let print = """
    @media print{body{max-width:none;padding:0;background:#fff}section{border:0;padding:8px 0}
    figure,tr,.cards li{break-inside:avoid}h2,h3,summary{break-after:avoid}
    details::details-content{content-visibility:visible;block-size:auto}
    summary{list-style:none;color:inherit;font-weight:600}summary::-webkit-details-marker{display:none}*{print-color-adjust:exact}.scroll{overflow:visible}}

    """
}
