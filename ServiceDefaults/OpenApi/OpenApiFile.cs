using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Wir.ServiceDefaults.OpenApi;

/// <summary>The API's description as a file: what <c>docs/api</c> keeps, so that a change of the API is seen as one.</summary>
public static class OpenApiFile
{
    /// <summary>Describes the mapped routes. The program does not have to serve, nor to reach its database or broker.</summary>
    public static async Task WriteOpenApiAsync(this WebApplication app, string file, CancellationToken ct = default)
    {
        // The last step before serving: from here on the routes are known to all.
        app.UseEndpoints(_ => { });
        var documents = app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(OpenApiRegistration.DocumentName);
        var document = await documents.GetOpenApiDocumentAsync(ct);
        using var text = new StringWriter(new StringBuilder(), System.Globalization.CultureInfo.InvariantCulture) { NewLine = "\n" };
        document.SerializeAsV31(new OpenApiJsonWriter(text));
        await File.WriteAllTextAsync(file, text.ToString().TrimEnd() + "\n", ct);
    }
}
