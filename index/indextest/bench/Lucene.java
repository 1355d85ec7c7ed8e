// The same records, searches and facets on Lucene 8. See README.md.
//
//   java -cp … Lucene index FOLDER      builds FOLDER/lucene from FOLDER/records.tsv
//   java -cp … Lucene query FOLDER 10   runs FOLDER/workload.tsv in ten rounds after three that do not count

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import org.apache.lucene.analysis.*;
import org.apache.lucene.analysis.en.*;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.*;
import org.apache.lucene.index.*;
import org.apache.lucene.search.*;
import org.apache.lucene.search.uhighlight.UnifiedHighlighter;
import org.apache.lucene.store.*;
import org.apache.lucene.util.*;

public class Lucene {
  // Columns of records.tsv: id, date, these, text.
  static final String[] COLUMNS = {"body", "theme", "group", "goal", "country", "mechanism", "year"};
  static final String[] FACETS = {"theme", "group", "goal", "country", "mechanism", "year"};

  // Words as the others read them: Porter stems, possessives stripped, no stop list.
  static final Analyzer ANALYZER = new Analyzer() {
    @Override protected TokenStreamComponents createComponents(String field) {
      Tokenizer source = new StandardTokenizer();
      TokenStream s = new EnglishPossessiveFilter(source);
      s = new LowerCaseFilter(s);
      return new TokenStreamComponents(source, new PorterStemFilter(s));
    }
  };

  public static void main(String[] args) throws Exception {
    Path dir = Paths.get(args[1]);
    if (args[0].equals("index")) index(dir);
    else query(dir, Integer.parseInt(args[2]));
  }

  static void index(Path dir) throws Exception {
    long start = System.nanoTime();
    IndexWriterConfig config = new IndexWriterConfig(ANALYZER);
    config.setRAMBufferSizeMB(256);
    config.setUseCompoundFile(false);
    config.setOpenMode(IndexWriterConfig.OpenMode.CREATE);
    FieldType text = new FieldType(TextField.TYPE_STORED);
    text.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS);
    text.freeze();
    int docs = 0;
    try (IndexWriter w = new IndexWriter(FSDirectory.open(dir.resolve("lucene")), config);
        BufferedReader in = Files.newBufferedReader(dir.resolve("records.tsv"), StandardCharsets.UTF_8)) {
      ExecutorService pool = Executors.newFixedThreadPool(2);
      List<Future<?>> jobs = new ArrayList<>();
      Semaphore ahead = new Semaphore(16);
      List<String> batch = new ArrayList<>();
      for (String line = in.readLine(); ; line = in.readLine()) {
        if (line != null) { batch.add(line); docs++; }
        if (line == null || batch.size() == 500) {
          List<String> lines = batch;
          batch = new ArrayList<>();
          ahead.acquire();
          jobs.add(pool.submit(() -> {
            try { for (String l : lines) w.addDocument(document(l, text)); } finally { ahead.release(); }
            return null;
          }));
        }
        if (line == null) break;
      }
      for (Future<?> j : jobs) j.get();
      pool.shutdown();
      w.forceMerge(1);
    }
    System.out.printf("lucene: %d records in %.1f s%n", docs, (System.nanoTime() - start) / 1e9);
  }

  static Document document(String line, FieldType text) {
    String[] c = line.split("\t", -1);
    Document d = new Document();
    d.add(new SortedDocValuesField("id", new BytesRef(c[0])));
    int date = Integer.parseInt(c[1]);
    d.add(new IntPoint("date", date));
    d.add(new NumericDocValuesField("date", date));
    for (int i = 0; i < COLUMNS.length; i++)
      for (String v : c[2 + i].split("\\|")) {
        d.add(new StringField(COLUMNS[i], v, Field.Store.NO));
        d.add(new SortedSetDocValuesField(COLUMNS[i], new BytesRef(v)));
      }
    d.add(new Field("text", c[2 + COLUMNS.length], text));
    return d;
  }

  static String stem(String word) throws Exception {
    try (TokenStream s = ANALYZER.tokenStream("text", word)) {
      CharTermAttribute term = s.addAttribute(CharTermAttribute.class);
      s.reset();
      String t = s.incrementToken() ? term.toString() : word;
      s.end();
      return t;
    }
  }

  static Query part(String p) throws Exception {
    if (p.endsWith("*")) return new PrefixQuery(new Term("text", p.substring(0, p.length() - 1)));
    if (!p.startsWith("\"")) return new TermQuery(new Term("text", stem(p)));
    PhraseQuery.Builder b = new PhraseQuery.Builder();
    for (String w : p.substring(1, p.length() - 1).split(" ")) b.add(new Term("text", stem(w)));
    return b.build();
  }

  static String[] list(String column) { return column.isEmpty() ? new String[0] : column.split("\\|"); }

  static Query read(String[] c) throws Exception {
    BooleanQuery.Builder b = new BooleanQuery.Builder();
    boolean positive = false;
    for (String p : list(c[2])) { b.add(part(p), BooleanClause.Occur.MUST); positive = true; }
    if (!c[3].isEmpty()) {
      BooleanQuery.Builder any = new BooleanQuery.Builder();
      for (String p : list(c[3])) any.add(part(p), BooleanClause.Occur.SHOULD);
      b.add(any.build(), BooleanClause.Occur.MUST);
      positive = true;
    }
    for (String p : list(c[4])) b.add(part(p), BooleanClause.Occur.MUST_NOT);
    for (String f : list(c[5])) {
      String[] kv = f.split("=");
      BooleanQuery.Builder any = new BooleanQuery.Builder();
      for (String v : kv[1].split(",")) any.add(new TermQuery(new Term(kv[0], v)), BooleanClause.Occur.SHOULD);
      b.add(any.build(), BooleanClause.Occur.FILTER);
      positive = true;
    }
    if (!c[6].equals("0")) {
      b.add(IntPoint.newRangeQuery("date", Integer.parseInt(c[6]), Integer.parseInt(c[7])), BooleanClause.Occur.FILTER);
      positive = true;
    }
    return positive ? b.build() : new MatchAllDocsQuery();
  }

  // Matches gathers every match in a bit set, for the facets.
  static class Matches extends SimpleCollector {
    final FixedBitSet bits;
    Matches(int size) { bits = new FixedBitSet(size); }
    @Override public void collect(int doc) { bits.set(doc); }
    @Override public ScoreMode scoreMode() { return ScoreMode.COMPLETE_NO_SCORES; }
  }

  static long count(LeafReader r, FixedBitSet bits) throws Exception {
    long sum = 0;
    for (String f : FACETS) {
      SortedSetDocValues values = r.getSortedSetDocValues(f);
      int[] counts = new int[(int) values.getValueCount()];
      SortedDocValues single = DocValues.unwrapSingleton(values);
      DocIdSetIterator it = new BitSetIterator(bits, 0);
      for (int d = it.nextDoc(); d != DocIdSetIterator.NO_MORE_DOCS; d = it.nextDoc()) {
        if (single != null) {
          if (single.advanceExact(d)) counts[single.ordValue()]++;
        } else if (values.advanceExact(d)) {
          for (long o = values.nextOrd(); o != SortedSetDocValues.NO_MORE_ORDS; o = values.nextOrd()) counts[(int) o]++;
        }
      }
      for (int i = 0; i < counts.length; i++) if (counts[i] > 0) sum += values.lookupOrd(i).length;
    }
    return sum;
  }

  static volatile long sink; // so that nothing is optimised away

  static int run(IndexSearcher s, String[] c, boolean byDate) throws Exception {
    Query q = read(c);
    LeafReader r = s.getIndexReader().leaves().get(0).reader();
    Matches matches = new Matches(r.maxDoc());
    TopDocsCollector<?> top = byDate
        ? TopFieldCollector.create(new Sort(new SortField("date", SortField.Type.INT, true), new SortField("id", SortField.Type.STRING)), 20, Integer.MAX_VALUE)
        : TopScoreDocCollector.create(20, Integer.MAX_VALUE);
    s.search(q, MultiCollector.wrap(top, matches));
    TopDocs docs = top.topDocs();
    sink += count(r, matches.bits);
    if (docs.scoreDocs.length > 0) new UnifiedHighlighter(s, ANALYZER).highlight("text", q, docs, 1);
    for (ScoreDoc d : docs.scoreDocs) sink += s.doc(d.doc).get("text").length();
    return top.getTotalHits();
  }

  static double percentile(List<Double> values, double p) {
    List<Double> v = new ArrayList<>(values);
    Collections.sort(v);
    return v.get(Math.min((int) (p * v.size()), v.size() - 1));
  }

  static void query(Path dir, int rounds) throws Exception {
    List<String[]> cases = new ArrayList<>();
    for (String l : Files.readAllLines(dir.resolve("workload.tsv"), StandardCharsets.UTF_8)) cases.add(l.split("\t", -1));
    try (DirectoryReader r = DirectoryReader.open(MMapDirectory.open(dir.resolve("lucene")))) {
      IndexSearcher s = new IndexSearcher(r);
      s.setQueryCache(null);
      Map<String, List<Double>> times = new LinkedHashMap<>();
      Map<String, Integer> totals = new HashMap<>();
      for (int round = -3; round < rounds; round++)
        for (String[] c : cases)
          for (boolean byDate : new boolean[] {false, true}) {
            long start = System.nanoTime();
            int total = run(s, c, byDate);
            double ms = (System.nanoTime() - start) / 1e6;
            String key = c[1] + "\t" + c[0] + "\t" + (byDate ? "newest" : "relevance");
            totals.put(key, total);
            if (round >= 0) times.computeIfAbsent(key, k -> new ArrayList<>()).add(ms);
          }
      List<Double> medians = new ArrayList<>();
      Map<String, double[]> kinds = new LinkedHashMap<>();
      for (Map.Entry<String, List<Double>> e : times.entrySet()) {
        double median = percentile(e.getValue(), 0.5);
        medians.add(median);
        String[] k = e.getKey().split("\t");
        double[] mean = kinds.computeIfAbsent(k[0] + "\t" + k[2], x -> new double[2]);
        mean[0] += median;
        mean[1]++;
      }
      for (Map.Entry<String, double[]> e : kinds.entrySet()) {
        String[] k = e.getKey().split("\t");
        System.out.printf("%-12s %-10s %10.2f%n", k[0], k[1], e.getValue()[0] / e.getValue()[1]);
      }
      for (double p : new double[] {0.5, 0.95, 1}) System.out.printf("p%-11.0f %-10s %10.2f%n", p * 100, "", percentile(medians, p));
      for (int clients : new int[] {1, 4, 16}) {
        ExecutorService pool = Executors.newFixedThreadPool(clients);
        int n = 800;
        long start = System.nanoTime();
        List<Future<?>> jobs = new ArrayList<>();
        for (int i = 0; i < n; i++) {
          String[] c = cases.get(i * 7 % cases.size());
          boolean byDate = i / cases.size() % 2 == 1;
          jobs.add(pool.submit(() -> run(s, c, byDate)));
        }
        for (Future<?> j : jobs) j.get();
        System.out.printf("lucene with %2d clients: %.0f searches/s%n", clients, n / ((System.nanoTime() - start) / 1e9));
        pool.shutdown();
      }
    }
  }
}
