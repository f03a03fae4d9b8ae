package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Scripted;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jsmpp.PDUStringException;
import org.jsmpp.SMPPConstant;
import org.jsmpp.bean.BroadcastSm;
import org.jsmpp.bean.CancelBroadcastSm;
import org.jsmpp.bean.CancelSm;
import org.jsmpp.bean.DataSm;
import org.jsmpp.bean.OptionalParameter;
import org.jsmpp.bean.QueryBroadcastSm;
import org.jsmpp.bean.QuerySm;
import org.jsmpp.bean.ReplaceSm;
import org.jsmpp.bean.SubmitMulti;
import org.jsmpp.bean.SubmitSm;
import org.jsmpp.extra.ProcessRequestException;
import org.jsmpp.session.BroadcastSmResult;
import org.jsmpp.session.DataSmResult;
import org.jsmpp.session.QueryBroadcastSmResult;
import org.jsmpp.session.QuerySmResult;
import org.jsmpp.session.SMPPServerSession;
import org.jsmpp.session.ServerMessageReceiverListener;
import org.jsmpp.session.ServerResponseDeliveryListener;
import org.jsmpp.session.Session;
import org.jsmpp.session.SubmitMultiResult;
import org.jsmpp.session.SubmitSmResult;
import org.jsmpp.util.MessageId;

/** Answers submit_sm; every other operation is an unknown command here. */
final class Desk implements ServerMessageReceiverListener, ServerResponseDeliveryListener {
  private static final int CALLS_KEPT = 100_000;
  private static final long CALL_BYTES = 32L << 20;

  /** A message id that stands for no answer at all; see {@link Silence}. */
  static final String NO_ANSWER = "no-answer";

  private final Centre centre;
  private final int window;
  private final Map<Session, AtomicInteger> open = new ConcurrentHashMap<>();

  /** What happens once the answer is out, by message id. */
  private final Map<String, Runnable> after = new ConcurrentHashMap<>();

  /** Ids of accepted messages whose answer is withheld. */
  private final Set<String> withheld;

  private final Journal<SubmitCall> calls =
      new Journal<>(CALLS_KEPT, CALL_BYTES, SubmitCall::weight);

  Desk(Centre centre, int window, Set<String> withheld) {
    this.centre = centre;
    this.window = window;
    this.withheld = withheld;
  }

  Journal<SubmitCall> calls() {
    return calls;
  }

  @Override
  public SubmitSmResult onAcceptSubmitSm(SubmitSm pdu, SMPPServerSession session)
      throws ProcessRequestException {
    AtomicInteger count = open.computeIfAbsent(session, key -> new AtomicInteger());
    boolean fits = count.incrementAndGet() <= window;
    try {
      if (!fits) {
        record(pdu, SMPPConstant.STAT_ESME_RTHROTTLED, false, Optional.empty());
        throw Submission.refused(
            "More than " + window + " unanswered", SMPPConstant.STAT_ESME_RTHROTTLED);
      }
      return answer(pdu, session);
    } finally {
      count.decrementAndGet();
    }
  }

  private SubmitSmResult answer(SubmitSm pdu, SMPPServerSession session)
      throws ProcessRequestException {
    Optional<Scripted<SmppFault>> fault =
        centre.faults.strike(
            SmppFault.SUBMIT, () -> pdu.getSourceAddr() + " +" + pdu.getDestAddress());
    Optional<String> label = fault.map(rule -> rule.fault().label());
    try {
      if (fault.isPresent()) {
        before(fault.get());
      }
      if (fault.filter(rule -> rule.fault() == SmppFault.IGNORE).isPresent()) {
        record(pdu, -1, false, label);
        return result(NO_ANSWER);
      }
      Centre.Taken taken = centre.take(Submission.of(pdu));
      boolean silent =
          fault
              .filter(rule ->
                  rule.fault() == SmppFault.DROP_RESPONSE || rule.fault() == SmppFault.RESET)
              .isPresent();
      if (silent) {
        withheld.add(taken.id());
      }
      if (taken.receiptFirst()) {
        taken.next().run();
        pauseForReceipt();
      }
      Runnable ending = ending(fault, session);
      after.put(
          taken.id(),
          () -> {
            if (!taken.receiptFirst()) {
              taken.next().run();
            }
            ending.run();
          });
      record(pdu, silent ? -1 : 0, true, label);
      return result(taken.id());
    } catch (ProcessRequestException e) {
      record(pdu, e.getErrorCode(), false, label);
      throw e;
    }
  }

  /** Long enough for a receipt to leave first; the response follows in any case. */
  private static void pauseForReceipt() {
    sleep(100);
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void before(Scripted<SmppFault> rule) throws ProcessRequestException {
    switch (rule.fault()) {
      case REJECT ->
          throw Submission.refused("The sandbox was told to refuse", Integer.decode(rule.detail()));
      case THROTTLE ->
          throw Submission.refused(
              "The sandbox was told to throttle", SMPPConstant.STAT_ESME_RTHROTTLED);
      case SLOW -> sleep(rule.delay().toMillis());
      default -> {
        // strikes later
      }
    }
  }

  private static Runnable ending(Optional<Scripted<SmppFault>> fault, SMPPServerSession session) {
    return switch (fault.map(Scripted::fault).orElse(SmppFault.SLOW)) {
      // not on the thread that has just answered, which the unbinding waits for
      case UNBIND -> () -> Thread.startVirtualThread(session::unbindAndClose);
      case RESET -> session::close;
      default ->
          () -> {
            // nothing more
          };
    };
  }

  private static SubmitSmResult result(String id) {
    try {
      return new SubmitSmResult(new MessageId(id), new OptionalParameter[0]);
    } catch (PDUStringException e) {
      throw new IllegalStateException("our own message id is not one", e);
    }
  }

  private void record(SubmitSm pdu, int status, boolean accepted, Optional<String> fault) {
    calls.add(
        new SubmitCall(
            centre.now(), pdu.getSourceAddr(), pdu.getDestAddress(), status, accepted, fault));
  }

  @Override
  public void onSubmitSmRespSent(SubmitSmResult result, SMPPServerSession session) {
    finish(result);
  }

  @Override
  public void onSubmitSmRespError(
      SubmitSmResult result, Exception cause, SMPPServerSession session) {
    finish(result);
  }

  /** Accepted is accepted, whether the answer came through or not. */
  private void finish(SubmitSmResult result) {
    Runnable next = after.remove(result.getMessageId());
    if (next != null) {
      next.run();
    }
  }

  void gone(Session session) {
    open.remove(session);
  }

  private static ProcessRequestException unknown() {
    return Submission.refused("Not taken here", SMPPConstant.STAT_ESME_RINVCMDID);
  }

  @Override
  public SubmitMultiResult onAcceptSubmitMulti(SubmitMulti pdu, SMPPServerSession session)
      throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public QuerySmResult onAcceptQuerySm(QuerySm pdu, SMPPServerSession session)
      throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public void onAcceptReplaceSm(ReplaceSm pdu, SMPPServerSession session)
      throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public void onAcceptCancelSm(CancelSm pdu, SMPPServerSession session)
      throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public BroadcastSmResult onAcceptBroadcastSm(BroadcastSm pdu, SMPPServerSession session)
      throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public void onAcceptCancelBroadcastSm(CancelBroadcastSm pdu, SMPPServerSession session)
      throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public QueryBroadcastSmResult onAcceptQueryBroadcastSm(
      QueryBroadcastSm pdu, SMPPServerSession session) throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public DataSmResult onAcceptDataSm(DataSm pdu, Session session) throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public void onSubmitMultiRespSent(SubmitMultiResult result, SMPPServerSession session) {
    // never answered with success
  }

  @Override
  public void onSubmitMultiRespError(
      SubmitMultiResult result, Exception cause, SMPPServerSession session) {
    // never answered with success
  }
}
