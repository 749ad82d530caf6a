using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Wir.Portal.Web;

/// <summary>
/// The framework wants a key ring at its start. The portal signs nothing and sets no cookie, so the ring lives and ends with the
/// process instead of lying in somebody's home directory.
/// </summary>
internal sealed class KeyRingInMemory : IXmlRepository
{
    private readonly List<XElement> _keys = [];

    public static void Use(KeyManagementOptions options) =>
        (options.XmlRepository, options.XmlEncryptor) = (new KeyRingInMemory(), new NullXmlEncryptor());

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_keys) return [.. _keys];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_keys) _keys.Add(element);
    }
}
