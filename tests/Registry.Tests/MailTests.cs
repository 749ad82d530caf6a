using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using Wir.Registry.Data;
using Wir.Registry.Mail;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

[Lane(Lane.Functional)]
public sealed class MailTests(MailTests.Fixture registry) : IClassFixture<MailTests.Fixture>
{
    [Fact]
    public async Task Mail_goes_to_an_SMTP_server_under_STARTTLS_and_is_forgotten_here()
    {
        var submission = Sample.Association();
        submission["submitter"] = new JsonObject { ["name"] = "Max Muster", ["email"] = "max@smtp.example" };

        var answer = await registry.Anonymous.PostAsync("/submissions", submission);
        var mail = await Eventually.ValueAsync(() => Task.FromResult(registry.Server.Mails.FirstOrDefault(text => text.Contains("max@smtp.example", StringComparison.Ordinal))), "the server has the mail");

        Assert.Equal(202, answer.Status);
        Assert.Contains("encrypted", mail, StringComparison.Ordinal);
        Assert.Contains("Content-Transfer-Encoding: quoted-printable", mail, StringComparison.OrdinalIgnoreCase);
        var plain = mail.Replace("=\r\n", "", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
        Assert.Contains($"/confirm/submissions/{(Guid)answer.Json["id"]!}?token=", plain, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await registry.FindEverywhereAsync("max@smtp", "outgoing_mail")).Count == 0, "the address is forgotten");
        var read = MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(mail["encrypted\r\n".Length..])));
        Assert.Equal("Bitte bestätigen / Please confirm: Vereinsverzeichnis", read.Subject);
        Assert.Equal("auto-generated", read.Headers[HeaderId.AutoSubmitted]);
        Assert.EndsWith("@localhost.localdomain", read.MessageId, StringComparison.Ordinal);
        Assert.Contains("Danach prüft Ihre Gemeinde den Eintrag.", read.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_signed_gets_no_mail()
    {
        using var server = new SmtpServer();
        using var client = new SmtpClient();

        await Assert.ThrowsAsync<SslHandshakeException>(() => client.ConnectAsync(
            "localhost", server.Port, SecureSocketOptions.StartTls, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task One_address_gets_only_so_many_mails_a_day_even_at_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ =>
        {
            var submission = Sample.Association();
            submission["submitter"] = new JsonObject { ["name"] = "Viel Post", ["email"] = "flood@smtp.example" };
            return registry.Anonymous.PostAsync("/submissions", submission);
        }));

        Assert.Equal((3, 9), (answers.Count(answer => answer.Status == 202), answers.Count(answer => answer is { Status: 429, Code: "WIR-REG-0006" })));
        Assert.Equal(["3"], await registry.QueryAsync("select count(*) from registry.submission where submitter::text like '%flood@smtp%'"));
    }

    [Fact]
    public async Task Decisions_beyond_a_days_limit_wait_and_mails_that_anybody_asks_for_use_none_of_it_up()
    {
        const string Address = "decided@smtp.example";
        await using var scope = registry.App.Services.CreateAsyncScope();
        var mailbox = scope.ServiceProvider.GetRequiredService<Mailbox>();
        var db = scope.ServiceProvider.GetRequiredService<RegistryDb>();
        var ct = TestContext.Current.CancellationToken;

        var taken = new List<bool>();
        for (var i = 0; i < 4; i++)
        {
            taken.Add(await mailbox.TryAddAsync(Address, "Bitte bestätigen", "Text", ct));
            await db.SaveChangesAsync(ct);
        }

        for (var i = 0; i < 7; i++)
        {
            await mailbox.AddAsync(Address, "Entscheidung", "Text", MailCause.Register, ct);
            await db.SaveChangesAsync(ct);
        }

        Assert.Equal([true, true, true, false], taken);
        var days = await registry.QueryAsync("""
            select round(extract(epoch from job.run_at - mail.created_at) / 86400)::int
            from registry.job join registry.outgoing_mail mail on job.payload::text like '%' || mail.id || '%'
            where job.kind = 'mail' and mail.cause = 'register' order by 1
            """);
        Assert.Equal(["0", "0", "0", "1", "1", "1", "2"], days);
        Assert.Equal(["3"], await registry.QueryAsync($"""
            select count(*) from registry.outgoing_mail
            where cause = 'anybody' and recipient_hash = sha256('{Address}')
            """));
    }

    public sealed class Fixture : RegistryFixture
    {
        public SmtpServer Server { get; } = new();

        protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
        {
            ["Wir:Mail:SmtpHost"] = "localhost",
            ["Wir:Mail:SmtpPort"] = Server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Wir:Mail:PerRecipientAndDay"] = "3",
            ["Wir:Mail:AnonymousPerRecipientAndDay"] = "3",
            ["Wir:Mail:PerRecipientAndHour"] = "10",
        };

        protected override void Replace(IServiceCollection services) => services.AddTransient(_ => Server.Client());

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            Server.Dispose();
        }
    }
}

/// <summary>A mail server as small as can be: EHLO, STARTTLS with a certificate of its own, and the mail. Refuses mail without encryption.</summary>
public sealed class SmtpServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate = Certificate();
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _mails = new();

    public SmtpServer()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    public IReadOnlyCollection<string> Mails => _mails;

    /// <summary>A client that trusts this server's certificate, which no authority signed, and no other.</summary>
    public SmtpClient Client() => new()
    {
        ServerCertificateValidationCallback = (_, certificate, _, _) =>
            certificate?.GetCertHashString() == _certificate.GetCertHashString(),
    };

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), null);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var held = client;
        Stream stream = client.GetStream();
        var (encrypted, mail) = (false, new StringBuilder());
        await SayAsync(stream, "220 test");
        while (await ReadLineAsync(stream) is { } line)
        {
            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await SayAsync(stream, encrypted ? "250 test" : "250-test\r\n250 STARTTLS");
                    break;
                case "STARTTLS":
                    await SayAsync(stream, "220 go ahead");
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(_certificate);
                    (stream, encrypted) = (tls, true);
                    break;
                case "MAIL" when !encrypted:
                    await SayAsync(stream, "530 must issue STARTTLS first");
                    break;
                case "DATA":
                    await SayAsync(stream, "354 go ahead");
                    mail.Append("encrypted\r\n");
                    while (await ReadLineAsync(stream) is { } text && text != ".") mail.Append(text).Append("\r\n");
                    _mails.Enqueue(mail.ToString());
                    await SayAsync(stream, "250 taken");
                    break;
                case "QUIT":
                    await SayAsync(stream, "221 bye");
                    return;
                default:
                    await SayAsync(stream, "250 ok");
                    break;
            }
        }
    }

    private static Task SayAsync(Stream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n")).AsTask();

    private static async Task<string?> ReadLineAsync(Stream stream)
    {
        var (line, one) = (new List<byte>(), new byte[1]);
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }

        return null;
    }
}
