package dev.throughline.channel.sms;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import org.jsmpp.bean.BroadcastSm;
import org.jsmpp.bean.CancelBroadcastSm;
import org.jsmpp.bean.CancelSm;
import org.jsmpp.bean.DataCodings;
import org.jsmpp.bean.DataSm;
import org.jsmpp.bean.ESMClass;
import org.jsmpp.bean.NumberingPlanIndicator;
import org.jsmpp.bean.OptionalParameter;
import org.jsmpp.bean.QueryBroadcastSm;
import org.jsmpp.bean.QuerySm;
import org.jsmpp.bean.RegisteredDelivery;
import org.jsmpp.bean.ReplaceSm;
import org.jsmpp.bean.SubmitMulti;
import org.jsmpp.bean.SubmitSm;
import org.jsmpp.bean.TypeOfNumber;
import org.jsmpp.extra.ProcessRequestException;
import org.jsmpp.extra.SessionState;
import org.jsmpp.session.BindRequest;
import org.jsmpp.session.BroadcastSmResult;
import org.jsmpp.session.DataSmResult;
import org.jsmpp.session.QueryBroadcastSmResult;
import org.jsmpp.session.QuerySmResult;
import org.jsmpp.session.SMPPServerSession;
import org.jsmpp.session.SMPPServerSessionListener;
import org.jsmpp.session.ServerMessageReceiverListener;
import org.jsmpp.session.Session;
import org.jsmpp.session.SubmitMultiResult;
import org.jsmpp.session.SubmitSmResult;
import org.jsmpp.session.connection.ServerConnection;
import org.jsmpp.session.connection.ServerConnectionFactory;
import org.jsmpp.session.connection.socket.ServerSocketConnection;
import org.jsmpp.util.MessageId;

/** An SMSC on this machine that keeps what it gets and answers as its script says. */
final class Smsc implements ServerMessageReceiverListener, AutoCloseable {
  /** Returns the message's id, or refuses. */
  interface Script {
    String submitted(SubmitSm submit, SMPPServerSession session) throws ProcessRequestException;
  }

  final List<SubmitSm> submits = new CopyOnWriteArrayList<>();
  final List<BindRequest> binds = new CopyOnWriteArrayList<>();
  final List<SMPPServerSession> sessions = new CopyOnWriteArrayList<>();
  final AtomicInteger unbinds = new AtomicInteger();
  volatile int bindStatus;
  volatile Script script = (submit, session) -> "id-" + submits.size();

  /** Milliseconds: the machine may be busy. */
  private static final long PATIENCE = 20_000;

  private final ServerSocket socket;
  private final SMPPServerSessionListener listener;

  Smsc() throws IOException {
    this(ServerSocketFactory.getDefault());
  }

  /** Over TLS with a certificate of its own. */
  Smsc(SSLContext tls) throws IOException {
    this(tls.getServerSocketFactory());
  }

  private Smsc(ServerSocketFactory sockets) throws IOException {
    socket = sockets.createServerSocket(0);
    listener = new SMPPServerSessionListener(port(), new Listening(socket));
    listener.setMessageReceiverListener(this);
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** At a port that was free, which jsmpp's own would not tell. */
  private record Listening(ServerSocket socket) implements ServerConnectionFactory {
    @Override
    public ServerConnection listen(int port) {
      return new ServerSocketConnection(socket);
    }

    @Override
    public ServerConnection listen(int port, int timeout) throws IOException {
      socket.setSoTimeout(timeout);
      return listen(port);
    }

    @Override
    public ServerConnection listen(int port, int timeout, int backlog) throws IOException {
      return listen(port, timeout);
    }
  }

  private void accept() {
    while (true) {
      try {
        SMPPServerSession session = listener.accept();
        Thread.ofVirtual().start(() -> bind(session));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void bind(SMPPServerSession session) {
    try {
      BindRequest request = session.waitForBind(PATIENCE);
      session.setTransactionTimer(PATIENCE);
      binds.add(request);
      if (bindStatus != 0) {
        request.reject(bindStatus);
        return;
      }
      sessions.add(session);
      session.addSessionStateListener((now, before, changed) -> {
        if (now == SessionState.UNBOUND) {
          unbinds.incrementAndGet();
        }
      });
      request.accept("smsc");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (TimeoutException | org.jsmpp.PDUStringException e) {
      session.close();
    }
  }

  void deliver(String source, int esmClass, int coding, byte[] octets, OptionalParameter... more)
      throws Exception {
    sessions
        .getLast()
        .deliverShortMessage(
            "",
            TypeOfNumber.INTERNATIONAL,
            NumberingPlanIndicator.ISDN,
            source,
            TypeOfNumber.UNKNOWN,
            NumberingPlanIndicator.UNKNOWN,
            "81000",
            new ESMClass(esmClass),
            (byte) 0,
            (byte) 0,
            new RegisteredDelivery(0),
            DataCodings.newInstance((byte) coding),
            octets,
            more);
  }

  @Override
  public SubmitSmResult onAcceptSubmitSm(SubmitSm submit, SMPPServerSession source)
      throws ProcessRequestException {
    submits.add(submit);
    try {
      return new SubmitSmResult(
          new MessageId(script.submitted(submit, source)), new OptionalParameter[0]);
    } catch (org.jsmpp.PDUStringException e) {
      throw new ProcessRequestException("no id", 8);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    sessions.forEach(SMPPServerSession::close);
  }

  private static ProcessRequestException unknown() {
    return new ProcessRequestException("not here", 3);
  }

  @Override
  public SubmitMultiResult onAcceptSubmitMulti(SubmitMulti multi, SMPPServerSession source)
      throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public QuerySmResult onAcceptQuerySm(QuerySm query, SMPPServerSession source)
      throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public void onAcceptReplaceSm(ReplaceSm replace, SMPPServerSession source)
      throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public void onAcceptCancelSm(CancelSm cancel, SMPPServerSession source)
      throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public BroadcastSmResult onAcceptBroadcastSm(BroadcastSm broadcast, SMPPServerSession source)
      throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public void onAcceptCancelBroadcastSm(CancelBroadcastSm cancel, SMPPServerSession source)
      throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public QueryBroadcastSmResult onAcceptQueryBroadcastSm(
      QueryBroadcastSm query, SMPPServerSession source) throws ProcessRequestException {
    throw unknown();
  }

  @Override
  public DataSmResult onAcceptDataSm(DataSm data, Session source) throws ProcessRequestException {
    throw unknown();
  }
}
