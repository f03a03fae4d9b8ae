package dev.throughline.sandbox.aws;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What End User Messaging SMS keeps: numbers, opt-out lists, configuration sets, spend. */
final class SmsState {
  static final String DEFAULT_LIST = "Default";
  private static final String DESTINATION = "\\+?[1-9][0-9]{1,18}";

  /**
   * @param byTheirOwn whether the person wrote STOP; else the account put them on the list
   */
  record OptOut(Instant at, boolean byTheirOwn) {}

  final EventDestinations sets = new EventDestinations();

  private final Account account;
  private final Instant started;
  private final Map<String, SmsNumber> numbers = new LinkedHashMap<>();
  private final Map<String, Map<String, OptOut>> lists = new LinkedHashMap<>();
  private final Set<String> blockedCountries = ConcurrentHashMap.newKeySet();
  private double spendLimit;
  private double spent;
  private YearMonth month;

  SmsState(Account account) {
    this.account = account;
    this.started = account.now();
    this.month = month();
    this.spendLimit = account.config.texting().spendLimitUsd();
    lists.put(DEFAULT_LIST, new LinkedHashMap<>());
    for (AwsConfig.OwnNumber own : account.config.texting().numbers()) {
      String id = "phone-" + account.ids.hex(32);
      put(
          new SmsNumber(
              id,
              account.config.arn("sms-voice", "phone-number/" + id),
              own.number(),
              own.promotional(),
              Optional.empty(),
              false,
              false,
              DEFAULT_LIST,
              true,
              false,
              started));
    }
  }

  private YearMonth month() {
    return YearMonth.from(account.now().atOffset(ZoneOffset.UTC));
  }

  /** A number as the service takes it, with its plus. */
  static String destination(String number, String field) throws Refusal {
    if (!number.matches(DESTINATION)) {
      throw SmsErrors.badField(field, "A phone number matches " + DESTINATION);
    }
    return number.startsWith("+") ? number : "+" + number;
  }

  Instant started() {
    return started;
  }

  synchronized List<SmsNumber> numbers() {
    return List.copyOf(numbers.values());
  }

  synchronized void put(SmsNumber number) {
    numbers.put(number.id(), number);
  }

  /** By id, ARN or number. */
  SmsNumber number(String name) throws Refusal {
    return find(name).orElseThrow(() -> SmsErrors.notFound("phone-number", name));
  }

  Optional<SmsNumber> find(String name) {
    return numbers().stream()
        .filter(one -> one.id().equals(name) || one.arn().equals(name) || one.number().equals(name))
        .findFirst();
  }

  synchronized boolean createList(String name) {
    return lists.putIfAbsent(name, new LinkedHashMap<>()) == null;
  }

  synchronized List<String> lists() {
    return List.copyOf(lists.keySet());
  }

  synchronized void requireList(String name) throws Refusal {
    if (!lists.containsKey(name)) {
      throw SmsErrors.notFound("opt-out-list", name);
    }
  }

  synchronized Map<String, OptOut> optedOut(String list) {
    return Map.copyOf(lists.getOrDefault(list, Map.of()));
  }

  /** Keeps the first opt-out. */
  synchronized OptOut optOut(String list, String number, boolean byTheirOwn) {
    OptOut now = new OptOut(account.now(), byTheirOwn);
    Map<String, OptOut> outs = lists.computeIfAbsent(list, name -> new LinkedHashMap<>());
    OptOut earlier = outs.putIfAbsent(number, now);
    return earlier == null ? now : earlier;
  }

  synchronized Optional<OptOut> optIn(String list, String number) {
    return Optional.ofNullable(lists.getOrDefault(list, new LinkedHashMap<>()).remove(number));
  }

  /** The name of a set that is called by its name or its ARN. */
  String set(String nameOrArn) throws Refusal {
    String name = nameOrArn.substring(nameOrArn.lastIndexOf('/') + 1);
    if (!sets.exists(name)) {
      throw SmsErrors.notFound("configuration-set", nameOrArn);
    }
    return name;
  }

  void block(Set<String> countries) {
    blockedCountries.clear();
    blockedCountries.addAll(countries);
  }

  Set<String> blocked() {
    return Set.copyOf(blockedCountries);
  }

  boolean blocks(String country) {
    return blockedCountries.contains(country);
  }

  synchronized double spendLimit() {
    return spendLimit;
  }

  synchronized void spendLimit(double usd) {
    spendLimit = usd;
  }

  /** Whether the month's limit allows it. */
  synchronized boolean affordable(double price) {
    if (!month.equals(month())) {
      month = month();
      spent = 0;
    }
    return spent + price <= spendLimit;
  }

  synchronized void spend(double price) {
    spent += price;
  }
}
